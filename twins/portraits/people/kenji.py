"""A Japanese man of about 40 with neat hair, in a blazer."""

from twins.portraits.backdrop import Room, room
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.short import neat_front, nothing
from twins.portraits.tailoring import Blazer, turtleneck

PERSON = Person(
    name="kenji",
    skin=Skin(
        ramp=("#6b3f2a", "#b67e56", "#dcac80", "#eec9a0", "#fce6c8"),
        blush="#cf7556",
        blush_strength=0.22,
        shine=0.26,
        lines=0.25,
        stubble=0.1,
        stubble_tone="#7c675a",
    ),
    shape=Shape(
        outline=(
            (0, 208),
            (78, 220),
            (134, 266),
            (160, 336),
            (167, 410),
            (168, 478),
            (162, 550),
            (144, 616),
            (106, 666),
            (56, 698),
            (0, 705),
        ),
        nose_width=31,
        nose_bridge=17,
        neck=102,
        muzzle=9,
        ear=(160, 426, 546),
        cheek=14,
        chin=10,
        nose_length=18,
        brow_y=406,
        nose_y=556,
        mouth_y=613,
        socket=8,
        cheek_y=514,
    ),
    eyes=Eyes(
        iris="#3a2213",
        iris_light="#6e4625",
        iris_rim="#150b06",
        lash=6,
        liner=3.2,
        width=84,
        upper=14.5,
        lower=9.5,
        size=19,
        tilt=7,
        crease=4.5,
        fold=1.0,
        lash_tone="#150e0c",
        spacing=84,
    ),
    brows=Brows(tone="#17110f", thickness=12, arch=8, density=190, length=98, slope=3),
    mouth=Mouth(width=67, upper=12.5, lower=17, tone="#b9705c", dark="#7d4338", light="#dca48c", gloss=0.2, smile=11),
    hair_tones=("#08080a", "#131318", "#25262c", "#454850", "#7b818c"),
    behind=nothing,
    front=neat_front,
    clothes=Blazer("#2c3a55", turtleneck("#8b8f96")),
    backdrop=room(
        Room(
            light="#eceae6",
            wall="#bdb8b2",
            shade="#5d6068",
            lamp="#ffe9c8",
            things=("window", "lights"),
            accent="#7f8ea3",
            seed=21,
        )
    ),
    extent=(190, 140, 600),
)
