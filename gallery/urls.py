"""Addresses of the pieces' pages and API."""

from django.urls import path

from gallery import api as api_views
from gallery import draw_views, notes_api, sharing_urls, social_urls, views

urlpatterns = [
    path("", views.home, name="home"),
    path("pieces/", views.library, name="library"),
    path("pieces/<str:code>/", views.piece, name="piece"),
    path("gallery/", views.gallery, name="gallery"),
    path("draw/", draw_views.draw, name="draw"),
    *sharing_urls.urlpatterns,
    *social_urls.urlpatterns,
]
api = [
    path("pieces/", api_views.PieceListView.as_view(), name="api-pieces"),
    path("pieces/<str:code>/", api_views.PieceView.as_view(), name="api-piece"),
    path("pieces/<str:code>/keep/", api_views.PieceKeepView.as_view(), name="api-piece-keep"),
    path("pieces/<str:code>/restore/", api_views.PieceRestoreView.as_view(), name="api-piece-restore"),
    path("pieces/<str:code>/midi/", api_views.PieceMidiView.as_view(), name="api-piece-midi"),
    path("pieces/<str:code>/musicxml/", api_views.PieceMusicXmlView.as_view(), name="api-piece-musicxml"),
    path("pieces/<str:code>/notes/", notes_api.PieceNotesView.as_view(), name="api-piece-notes"),
    path("drawings/", notes_api.DrawingView.as_view(), name="api-drawings"),
    path("uploads/", api_views.UploadView.as_view(), name="api-uploads"),
    *sharing_urls.api,
    *social_urls.api,
]
