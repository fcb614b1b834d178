"""An Arab man of about 35 with short curls and a dark beard, in a linen shirt."""

from twins.portraits.backdrop import Room, room
from twins.portraits.beard import Beard
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.short import curls_front, nothing
from twins.portraits.tailoring import Shirt

PERSON = Person(
    name="omar",
    skin=Skin(
        ramp=("#55301f", "#9a623f", "#c78f66", "#e2b388", "#f7d8b4"),
        blush="#c4613f",
        blush_strength=0.28,
        shine=0.3,
        lines=0.15,
        stubble=0.3,
        stubble_tone="#5b4438",
    ),
    shape=Shape(
        outline=(
            (0, 209),
            (72, 221),
            (126, 264),
            (154, 334),
            (163, 408),
            (164, 476),
            (160, 546),
            (148, 614),
            (118, 670),
            (64, 707),
            (0, 714),
        ),
        nose_width=31,
        nose_bridge=14,
        nose_length=25,
        neck=106,
        muzzle=9,
        ear=(157, 424, 552),
        cheek=11,
        chin=13,
        brow_y=407,
        nose_y=566,
        mouth_y=622,
        socket=17,
    ),
    eyes=Eyes(
        iris="#54351a",
        iris_light="#9c6a35",
        iris_rim="#1f1209",
        lash=9,
        liner=3.6,
        width=84,
        upper=17,
        lower=11,
        size=20,
        tilt=2,
        crease=7,
        lash_tone="#140d0b",
    ),
    brows=Brows(tone="#19110e", thickness=16, arch=8, density=260, length=106),
    mouth=Mouth(width=68, upper=11.5, lower=19, tone="#b3685a", dark="#733a34", light="#dd9c8a", gloss=0.25, smile=12),
    hair_tones=("#0d0908", "#1d1410", "#2e2019", "#49352a", "#66503e"),
    behind=nothing,
    front=curls_front,
    beard=Beard(14000, length=(7.0, 12.0), half=0.7, alpha=0.66, wash=0.62, light=0.42),
    clothes=Shirt("#d8cbb4", "#8a6f52"),
    backdrop=room(
        Room(
            light="#e9e7dc",
            wall="#b3b69f",
            shade="#545c50",
            lamp="#ffe0ad",
            things=("curtain", "shelf"),
            accent="#b4683f",
            seed=50,
        )
    ),
    extent=(192, 130, 600),
)
