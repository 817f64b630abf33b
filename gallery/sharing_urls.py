"""Addresses of all that carries a piece elsewhere."""

from django.urls import path

from gallery import sharing_api, sharing_views

urlpatterns = [
    path("pieces/<str:code>/card.png", sharing_views.card, name="piece-card"),
    path("pieces/<str:code>/roll.svg", sharing_views.miniature, name="piece-roll"),
]
api = [
    path("pieces/<str:code>/audio/", sharing_api.AudioView.as_view(), name="api-piece-audio"),
    path(
        "pieces/<str:code>/audio/state/", sharing_api.AudioStateView.as_view(), name="api-piece-audio-state"
    ),
]
