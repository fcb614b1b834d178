"""A woman of about 65 with a silver bob and pearls."""

from twins.portraits.backdrop import Room, room
from twins.portraits.jewellery import pearls
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.bob import bob_behind, bob_front
from twins.portraits.tailoring import Blouse, Cardigan

PERSON = Person(
    name="margaret",
    skin=Skin(
        ramp=("#7c4a40", "#c08974", "#e6b79f", "#f6d3bd", "#ffeadb"),
        blush="#de7a6c",
        blush_strength=0.36,
        shine=0.2,
        lines=0.6,
    ),
    shape=Shape(
        outline=(
            (0, 212),
            (72, 224),
            (124, 268),
            (150, 336),
            (159, 410),
            (160, 476),
            (155, 546),
            (140, 612),
            (106, 662),
            (58, 692),
            (0, 699),
        ),
        nose_width=28,
        nose_bridge=14,
        neck=84,
        muzzle=8,
        ear=(150, 430, 552),
        cheek=11,
        chin=11,
        nose_length=20,
        brow_y=402,
        nose_y=556,
        mouth_y=609,
        socket=14,
    ),
    eyes=Eyes(
        iris="#4d7394",
        iris_light="#a8c8dc",
        iris_rim="#243a4e",
        lash=8,
        liner=3.0,
        width=82,
        upper=16,
        lower=10.5,
        size=19.5,
        tilt=1,
        crease=6,
        lash_tone="#3a2a26",
    ),
    brows=Brows(tone="#8b7a70", thickness=9, arch=12, density=140, strength=0.8),
    mouth=Mouth(
        width=66,
        upper=10.5,
        lower=15.5,
        tone="#c4656a",
        dark="#8a3d44",
        light="#e79c9a",
        gloss=0.4,
        smile=13,
        teeth="#f0e6d8",
    ),
    hair_tones=("#5d5a60", "#85838a", "#b2b0b6", "#d8d6da", "#fbfaf8"),
    behind=bob_behind,
    front=bob_front,
    clothes=Cardigan("#8d5a78", Blouse("#f3e6dc", pearls, 150)),
    backdrop=room(
        Room(
            light="#f6eadb",
            wall="#cfc3a6",
            shade="#7a7a64",
            lamp="#fff8e2",
            things=("window", "frames"),
            accent="#93a17c",
            seed=12,
        )
    ),
    extent=(218, 142, 690),
)
