"""Every page of the site. {piece} is the code of a piece of who looks."""

PAGES = {
    "home": "/",
    "studio": "/studio/",
    "gallery": "/gallery/",
    "library": "/pieces/",
    "piece": "/pieces/{piece}/",
    "settings": "/settings/",
    "delete": "/settings/delete/",
    "password": "/accounts/password/change/",
    "status": "/status/",
}
STRANGERS_PAGES = {
    "sign-up": "/accounts/signup/",
    "sign-in": "/accounts/login/",
    "forgotten": "/accounts/password/reset/",
    "not-there": "/nothing/of/this/name/",
}
