"""An Indian woman of about 35 with her hair tied back, in a plum blouse."""

from twins.portraits.backdrop import Room, room
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.tied import tied_behind, tied_front
from twins.portraits.tailoring import Blazer, Blouse

PERSON = Person(
    name="priya",
    skin=Skin(
        ramp=("#532818", "#935436", "#bf7f58", "#d9a278", "#f2c8a0"),
        blush="#c25a44",
        blush_strength=0.3,
        shine=0.32,
        lines=0.1,
    ),
    shape=Shape(
        outline=(
            (0, 213),
            (66, 224),
            (116, 266),
            (143, 332),
            (153, 408),
            (155, 474),
            (150, 540),
            (133, 604),
            (100, 656),
            (50, 692),
            (0, 702),
        ),
        nose_width=28,
        nose_bridge=12.5,
        nose_length=22,
        neck=84,
        muzzle=9,
        ear=(147, 430, 544),
        cheek=12,
        chin=11,
        brow_y=400,
        nose_y=556,
        mouth_y=610,
        socket=15,
    ),
    eyes=Eyes(
        iris="#331b0e",
        iris_light="#6f4220",
        iris_rim="#120906",
        lash=14,
        liner=6,
        width=90,
        upper=20,
        lower=11.5,
        size=21.5,
        tilt=5,
        crease=12,
        spacing=81,
    ),
    brows=Brows(tone="#17100d", thickness=13, arch=13, density=230, length=100),
    mouth=Mouth(width=65, upper=15, lower=22, tone="#b0504f", dark="#6b2a2e", light="#e08f86", gloss=0.5, smile=13),
    hair_tones=("#0a0708", "#171012", "#2d2022", "#4f3a38", "#7d625c"),
    behind=tied_behind,
    front=tied_front,
    clothes=Blazer("#6b2f52", Blouse("#f0e4dc", None, 168)),
    backdrop=room(
        Room(
            light="#f4e4ea",
            wall="#cdb0bd",
            shade="#69566b",
            lamp="#ffe6cf",
            things=("window", "plant"),
            accent="#7d8f7a",
            seed=40,
        )
    ),
    rim="#ffd0b8",
    extent=(188, 160, 700),
)
