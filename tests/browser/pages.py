"""Every page of the site. {piece} is the code of a piece of who looks, {name} their name."""

PAGES = {
    "home": "/",
    "studio": "/studio/",
    "arrangers": "/studio/arrangers/",
    "gallery": "/gallery/",
    "library": "/pieces/",
    "piece": "/pieces/{piece}/",
    "edit": "/pieces/{piece}/?edit",
    "alike": "/pieces/{piece}/alike/",
    "draw": "/draw/",
    "accompany": "/accompany/?piece={piece}",
    "to-accompany": "/accompany/",
    "publish": "/pieces/{piece}/publish/",
    "person": "/people/{name}/",
    "feed": "/feed/",
    "favourites": "/favourites/",
    "notices": "/notices/",
    "reports": "/reports/",
    "settings": "/settings/",
    "profile": "/settings/profile/",
    "told": "/settings/notices/",
    "export": "/settings/export/",
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
