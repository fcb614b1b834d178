"""A man in his mid-twenties with tousled hair and stubble."""

from twins.portraits.backdrop import Room, room
from twins.portraits.beard import Beard
from twins.portraits.clothes import jumper
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.short import nothing, tousled_front
from twins.portraits.tailoring import Overshirt

PERSON = Person(
    name="leo",
    skin=Skin(
        ramp=("#6a3528", "#b4735a", "#dfa686", "#f0c3a4", "#fde3cb"),
        blush="#d9654f",
        blush_strength=0.34,
        shine=0.26,
        stubble=0.16,
        freckles=46,
        stubble_tone="#8a6250",
    ),
    shape=Shape(
        outline=(
            (0, 208),
            (74, 220),
            (130, 264),
            (157, 334),
            (164, 410),
            (163, 476),
            (157, 548),
            (144, 616),
            (112, 668),
            (62, 702),
            (0, 708),
        ),
        nose_width=29,
        nose_bridge=15,
        neck=106,
        muzzle=9,
        ear=(158, 424, 546),
        cheek=10,
        chin=13,
        nose_length=22,
        brow_y=408,
        nose_y=560,
        mouth_y=617,
        socket=15,
    ),
    eyes=Eyes(
        iris="#4a6a5a",
        iris_light="#93b39a",
        iris_rim="#1f2f2a",
        lash=7,
        liner=2.8,
        width=82,
        upper=17,
        lower=10.5,
        size=19.5,
        tilt=4,
        crease=8,
        lash_tone="#2a1a14",
    ),
    brows=Brows(tone="#3d2717", thickness=14, arch=9, density=210, length=102),
    mouth=Mouth(width=70, upper=11, lower=17, tone="#c07468", dark="#864740", light="#e0a394", gloss=0.22, smile=12),
    hair_tones=("#1f120b", "#3b2415", "#66432a", "#94683f", "#c2955f"),
    behind=nothing,
    front=tousled_front,
    beard=Beard(15000, length=(1.4, 2.8), half=0.5, alpha=0.34, wash=0.1, light=0.3),
    clothes=Overshirt("#47678a", jumper("#ece7df")),
    backdrop=room(
        Room(
            light="#e6efee",
            wall="#a9c0bf",
            shade="#4f6670",
            lamp="#fff2d6",
            things=("window", "shelf"),
            accent="#c98d5e",
            seed=9,
        )
    ),
    extent=(196, 118, 600),
)
