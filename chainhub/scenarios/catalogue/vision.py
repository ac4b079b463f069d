"""Scenarios of everybody who looks at pictures."""

from django.utils.translation import gettext_lazy as _

from chainhub.scenarios.catalogue.kinds import Scenario, Trial, reached_by

VISION = _("Vision")

VISUAL_INSPECTION = Scenario(
    slug="visual-inspection",
    title=_("Image classification"),
    summary=_("Suppliers that each know a few kinds of part train one model that recognizes all of them."),
    industry=VISION,
    recipe="image-classification",
    task="classification",
    picture="eye",
    brings=_(
        "Each supplier brings pictures of its own parts, with the kind that an inspector saw in them: picture files "
        "in a folder per kind, or a table with one column per pixel and one for the kind."
    ),
    receives=_(
        "Each receives a model that also knows the kinds that it has seldom or never made, with its score on the "
        "supplier's own pictures and on everybody's."
    ),
    limits=_(
        "A picture gets one of several kinds; where in the picture something lies is told by object detection. "
        "Pictures are brought to a small square, so the feature to be seen must fill a good part of it."
    ),
    duties=_("Have doubtful parts looked at by an inspector. Show no people in the pictures without their consent."),
    trials=(
        Trial(
            slug="digits",
            sample="digits",
            title=_("5,000 handwritten digits, divided among four suppliers"),
            metric="accuracy",
            baselines=reached_by(_("Keras-like MLP 784-128-64-10, all digits pooled"), accuracy=0.934),
            minutes=1,
        ),
        Trial(
            slug="digits-cnn",
            sample="digits",
            title=_("The same digits, with convolutions"),
            parameters={
                "network": "cnn",
                "channels": [16, 32],
                "epochs": 8,
                "learning_rate": 0.003,
                "schedule": "cosine",
            },
            metric="accuracy",
            baselines=reached_by(_("CNN of two convolutions, all digits pooled"), accuracy=0.963),
            minutes=2,
        ),
    ),
)

TREES = {"turns": "all", "epochs": 60, "learning_rate": 0.004}  # however they are held out

OBJECT_DETECTION = Scenario(
    slug="object-detection",
    title=_("Object detection"),
    summary=_("Sites with few marked pictures each train one model that finds and counts, also where it never was."),
    industry=VISION,
    recipe="object-detection",
    task="detection",
    picture="scan",
    brings=_(
        "Each brings pictures and an annotation file in COCO's form that says where in them things are: trees from "
        "above, defects on a surface, goods on a shelf."
    ),
    receives=_(
        "Each receives a model that draws boxes around what it finds, with the mean average precision on each "
        "partner's own pictures."
    ),
    limits=_("Things much smaller or larger than those in the training pictures are missed. Boxes are upright."),
    duties=_("Bring no faces and no number plates; where people can be seen, the law of the place applies."),
    trials=(
        Trial(
            slug="trees",
            sample="trees",
            title=_("Trees from above, marked by hand at three field sites"),
            target="boxes",
            base="mobilenet-v2",
            parameters=TREES,
            metric="map_40",
            baselines=reached_by(
                _("CenterNet head on MobileNetV2 with ImageNet weights, 320 steps, a held-out third"), map_40=0.58
            ),
            caveat=_("The baseline began with the same weights as ours; from random ones it reached 0.36."),
            minutes=10,
        ),
        Trial(
            slug="trees-unseen",
            sample="trees",
            title=_("The same trees, each site judged by a model that never saw it"),
            target="boxes",
            base="mobilenet-v2",
            parameters=TREES,
            split={"kind": "organization"},
            metric="map_40",
            baselines=reached_by(
                _("CenterNet head on MobileNetV2 with ImageNet weights, 320 steps; California, unseen"),
                part="unseen:soap",
                map_40=0.26,
            ),
            caveat=_(
                "Nearly all trees are Wyoming's: what is told of Florida and California was learnt there, and what is "
                "told of Wyoming was learnt from eight pictures."
            ),
            minutes=15,
        ),
    ),
)

IMAGE_GENERATION = Scenario(
    slug="image-generation",
    title=_("Image generation"),
    summary=_("Partners train one generator of pictures like theirs, to show and test with what nobody may hand out."),
    industry=VISION,
    recipe="image-generation",
    task="generation",
    picture="images",
    brings=_("Each brings pictures of one sort, of the same side; with kinds, if single kinds are to be asked for."),
    receives=_(
        "Each receives a generator that draws new pictures, and how far they are from real ones (Fréchet distance)."
    ),
    limits=_("Small pictures only. A generator may favour what it draws best and leave rare kinds out."),
    duties=_("Say of every picture that it was generated. A generator can repeat a picture that it learnt from."),
    trials=(
        Trial(
            slug="digits",
            sample="digits",
            title=_("5,000 handwritten digits, divided among four suppliers"),
            parameters={"epochs": 10},
            baselines=reached_by(
                _("Small DCGAN, 10 epochs; features of another judge, so only roughly comparable"),
                frechet_distance=125.0,
            ),
            minutes=4,
        ),
    ),
)

IMAGE_DENOISING = Scenario(
    slug="image-denoising",
    title=_("Image denoising"),
    summary=_("Laboratories and workshops train one model that takes the noise out of pictures."),
    industry=VISION,
    recipe="image-denoising",
    task="restoration",
    picture="wand-sparkles",
    brings=_("Each brings clean pictures, a few dozen are enough; the noise is added while the model learns."),
    receives=_(
        "Each receives a network that learns the noise and subtracts it (DnCNN), with the gain in decibels on each "
        "partner's own pictures."
    ),
    limits=_("It removes the kind and strength of noise that it learnt; fine texture can go with it."),
    duties=_("Keep the original: a denoised picture is no evidence of details."),
    trials=(
        Trial(
            slug="photos",
            sample="photos",
            title=_("Photographs of three collections, noise of 25 grey levels"),
            target="image",
            parts=("everyday", "textures", "science"),
            metric="psnr",
            baselines=reached_by(_("Best Gaussian blur on “camera”; a DnCNN of 56,000 weights: 28.4"), psnr=27.3),
            minutes=5,
        ),
    ),
)
