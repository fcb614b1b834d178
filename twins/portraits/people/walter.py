"""A Black man of about 60: bald, with a grey beard and glasses."""

from twins.portraits.backdrop import Room, room
from twins.portraits.beard import Beard
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.short import bald, nothing
from twins.portraits.tailoring import Cardigan, Shirt

PERSON = Person(
    name="walter",
    skin=Skin(
        ramp=("#2a130c", "#573020", "#7f4c33", "#a36a49", "#cd9670"),
        blush="#93412c",
        blush_strength=0.26,
        shine=0.5,
        lines=0.85,
    ),
    shape=Shape(
        outline=(
            (0, 202),
            (52, 208),
            (100, 228),
            (138, 266),
            (160, 318),
            (168, 402),
            (168, 480),
            (164, 552),
            (150, 622),
            (116, 672),
            (64, 704),
            (0, 712),
        ),
        nose_width=37,
        nose_bridge=18,
        neck=108,
        muzzle=11,
        ear=(162, 420, 556),
        cheek=12,
        chin=10,
        nose_length=22,
        brow_y=406,
        nose_y=562,
        mouth_y=620,
        socket=15,
    ),
    eyes=Eyes(
        iris="#3b2414",
        iris_light="#6d4a2c",
        iris_rim="#170d08",
        lash=5,
        liner=2.6,
        width=80,
        upper=16,
        lower=10.5,
        size=19,
        tilt=1,
        crease=6,
        lash_tone="#1c1210",
    ),
    brows=Brows(tone="#8d8580", thickness=13, arch=9, density=200, length=100, strength=0.95),
    mouth=Mouth(
        width=68,
        upper=12,
        lower=19,
        tone="#8c4d43",
        dark="#522620",
        light="#bd8272",
        gloss=0.3,
        smile=12,
        teeth="#efe6d8",
    ),
    hair_tones=("#4a4442", "#7d7672", "#aaa4a0", "#d2cdc8", "#f3f0ec"),
    behind=nothing,
    front=bald,
    beard=Beard(),
    clothes=Cardigan("#4c5a3f", Shirt("#dfe6ee")),
    backdrop=room(
        Room(
            light="#f1dcb8",
            wall="#b98f62",
            shade="#4f3a2e",
            lamp="#ffdf9e",
            things=("shelf", "curtain"),
            accent="#8c4b33",
            seed=30,
        )
    ),
    extent=(186, 196, 600),
)
