"""Addresses of all that carries a piece elsewhere."""

from django.urls import path

from gallery import sharing_api, sharing_views

urlpatterns = [
    path("pieces/<str:code>/card.png", sharing_views.card, name="piece-card"),
    path("pieces/<str:code>/roll.svg", sharing_views.miniature, name="piece-roll"),
    path("embed/<str:code>/", sharing_views.embed, name="embed"),
    path("oembed/", sharing_views.oembed_answer, name="oembed"),
]
api = [
    path("pieces/<str:code>/audio/", sharing_api.AudioView.as_view(), name="api-piece-audio"),
    path(
        "pieces/<str:code>/audio/state/", sharing_api.AudioStateView.as_view(), name="api-piece-audio-state"
    ),
    path(
        "pieces/<str:code>/reproduction/",
        sharing_api.ReproductionView.as_view(),
        name="api-piece-reproduction",
    ),
    path("recipes/", sharing_api.RecipeImportView.as_view(), name="api-recipes"),
]
