"""Addresses of the generator's pages, API and sockets."""

from django.urls import path

from generator import blend_api, views
from generator.consumers import JobConsumer

urlpatterns = [
    path("studio/", views.studio, name="studio"),
    path("blend/", blend_api.blend_page, name="blend"),
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
    path("styles/", views.StyleListView.as_view(), name="api-styles"),
]
sockets = [path("ws/jobs/<str:code>/", JobConsumer.as_asgi())]
