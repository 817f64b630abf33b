"""A line to the server that breaks in the middle of a stream."""

from playwright.sync_api import Page, WebSocketRoute


class BadLine:
    """Passes on `after` messages of a job's socket and drops the connection, `times` times; then it holds.

    connections: how many the page has opened so far.
    """

    def __init__(self, page: Page, *, after: int, times: int) -> None:
        self.connections = 0
        self.after = after
        self.times = times
        page.route_web_socket("**/ws/jobs/**", self.join)

    def join(self, browser_side: WebSocketRoute) -> None:
        """Put one connection through, with its end already fixed."""
        self.connections += 1
        breaks = self.connections <= self.times
        left = self.after
        server_side = browser_side.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            nonlocal left
            if breaks and left == 0:
                return  # what was on its way when the line broke is lost
            browser_side.send(message)
            left -= 1
            if breaks and left == 0:
                browser_side.close(code=1012)
                server_side.close(code=1012)

        server_side.on_message(pass_on)
