"""What is loaded stays within a bound, and what is in use stays."""

import threading
from dataclasses import dataclass

from generator.engine.shelf import Shelf


@dataclass
class Network:
    n_bytes: int


def test_past_the_bound_the_longest_unused_is_put_away() -> None:
    shelf = Shelf(most_bytes=10)
    first = shelf.get("first", lambda: Network(4))
    shelf.get("second", lambda: Network(4))
    assert shelf.get("first", lambda: Network(4)) is first
    shelf.get("third", lambda: Network(4))
    assert shelf.names == ["first", "third"]
    assert shelf.n_bytes == 8


def test_what_is_in_use_stays_until_it_is_not() -> None:
    shelf = Shelf(most_bytes=5)
    with shelf.hold("first", lambda: Network(4)) as first:
        shelf.get("second", lambda: Network(4))
        assert shelf.names == ["first", "second"]
        assert shelf.get("first", lambda: Network(4)) is first
        shelf.get("second", lambda: Network(4))
    assert shelf.names == ["second"]


def test_what_has_grown_while_it_stood_there_counts_as_it_is_now() -> None:
    shelf = Shelf(most_bytes=10)
    with shelf.hold("first", lambda: Network(1)):
        pass
    with shelf.hold("second", lambda: Network(1)) as second:
        second.n_bytes = 10
    assert shelf.names == ["second"]


def test_one_network_larger_than_the_bound_is_loaded_all_the_same() -> None:
    shelf = Shelf(most_bytes=1)
    shelf.get("large", lambda: Network(100))
    assert shelf.names == ["large"]


def test_what_cannot_be_read_leaves_nothing_behind() -> None:
    shelf = Shelf(most_bytes=5)

    def broken() -> Network:
        raise OSError("no such file")

    for _ in range(2):
        try:
            with shelf.hold("first", broken):
                raise AssertionError("it was read")
        except OSError:
            assert shelf.names == []
    shelf.get("first", lambda: Network(4))
    shelf.get("second", lambda: Network(4))
    assert shelf.names == ["second"]


def test_while_one_is_read_the_others_are_at_hand_and_it_is_read_once() -> None:
    shelf, begun, go_on = Shelf(most_bytes=10), threading.Event(), threading.Event()
    reads: list[Network] = []

    def slow() -> Network:
        begun.set()
        go_on.wait(10)
        reads.append(Network(4))
        return reads[-1]

    here = shelf.get("here", lambda: Network(4))
    readers = [threading.Thread(target=shelf.get, args=("slow", slow)) for _ in range(2)]
    for reader in readers:
        reader.start()
    assert begun.wait(10)
    assert shelf.get("here", slow) is here
    go_on.set()
    for reader in readers:
        reader.join()
    assert shelf.get("slow", slow) is reads[0]
    assert len(reads) == 1
