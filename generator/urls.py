"""Addresses of the generator's pages, API and sockets."""

from django.urls import path

from generator import views
from generator.consumers import JobConsumer

urlpatterns = [
    path("studio/", views.studio, name="studio"),
    path("status/", views.status_page, name="status"),
]
api = [
    path("generations/", views.GenerationListView.as_view(), name="api-generations"),
    path("generations/<str:code>/", views.GenerationView.as_view(), name="api-generation"),
    path(
        "generations/<str:code>/cancel/", views.GenerationCancelView.as_view(), name="api-generation-cancel"
    ),
    path("styles/", views.StyleListView.as_view(), name="api-styles"),
]
sockets = [path("ws/jobs/<str:code>/", JobConsumer.as_asgi())]
