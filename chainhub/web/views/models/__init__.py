"""Pages: models."""

from django.urls import path

from chainhub.web.views.models import bases, curating, detail, files, listing, trying, trying_bases

VERSION = "models/<slug:organization>/<slug:slug>/v<int:number>/"

urlpatterns = [
    path("models/", listing.models, name="models"),
    path("models/base/", bases.import_base, name="base-import"),
    path("bases/<slug:organization>/<slug:slug>/", bases.base, name="base"),
    path("bases/<slug:organization>/<slug:slug>/files/<path:path>", bases.base_file, name="base-file"),
    path("bases/<slug:organization>/<slug:slug>/predict/", trying_bases.predict_base, name="base-predict"),
    path("models/<slug:organization>/<slug:slug>/", detail.model, name="model"),
    path("models/<slug:organization>/<slug:slug>/news/", detail.news, name="model-news"),
    path("models/<slug:organization>/<slug:slug>/card/", curating.edit_card, name="model-card-edit"),
    path("models/<slug:organization>/<slug:slug>/aliases/", curating.set_alias, name="model-alias-set"),
    path(
        "models/<slug:organization>/<slug:slug>/aliases/<slug:name>/remove/",
        curating.remove_alias,
        name="model-alias-remove",
    ),
    path(f"{VERSION}files/<path:path>", files.model_file, name="model-file"),
    path(f"{VERSION}download/", files.model_archive, name="model-archive"),
    path(f"{VERSION}predict/", trying.predict_row, name="model-predict"),
    path(f"{VERSION}predict/rows/", trying.predict_rows, name="model-predict-rows"),
    path(f"{VERSION}predict/picture/", trying.predict_picture, name="model-predict-picture"),
    path(f"{VERSION}predict/file/", trying.predict_file, name="model-predict-file"),
]
