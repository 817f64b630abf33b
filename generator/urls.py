"""Addresses of the generator's pages, API and sockets."""

from django.urls import path

from generator import blend_api, infill_api, views, vote_api
from generator.accompany_page import accompany_page
from generator.consumers import JobConsumer

urlpatterns = [
    path("studio/", views.studio, name="studio"),
    path("studio/arrangers/", vote_api.arrangers_page, name="arrangers"),
    path("blend/", blend_api.blend_page, name="blend"),
    path("accompany/", accompany_page, name="accompany"),
    path("status/", views.status_page, name="status"),
    path("metrics", views.metrics_page, name="metrics"),
]
api = [
    path("generations/", views.GenerationListView.as_view(), name="api-generations"),
    path("generations/<str:code>/", views.GenerationView.as_view(), name="api-generation"),
    path(
        "generations/<str:code>/cancel/", views.GenerationCancelView.as_view(), name="api-generation-cancel"
    ),
    path("interpolations/", blend_api.InterpolationListView.as_view(), name="api-interpolations"),
    path("interpolations/<str:code>/", blend_api.InterpolationView.as_view(), name="api-interpolation"),
    path(
        "interpolations/<str:code>/pieces/",
        blend_api.InterpolationPieceView.as_view(),
        name="api-interpolation-pieces",
    ),
    path("infills/", infill_api.InfillListView.as_view(), name="api-infills"),
    path("infills/<str:code>/", infill_api.InfillView.as_view(), name="api-infill"),
    path("arranger-votes/", vote_api.VoteListView.as_view(), name="api-arranger-votes"),
    path("arranger-votes/<int:seed>/", vote_api.VoteView.as_view(), name="api-arranger-vote"),
    path("styles/", views.StyleListView.as_view(), name="api-styles"),
]
sockets = [path("ws/jobs/<str:code>/", JobConsumer.as_asgi())]
