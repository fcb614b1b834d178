"""A Latina of about 28 with long, dark waves."""

from twins.portraits.backdrop import Room, room
from twins.portraits.jewellery import pendant
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.waves import waves_behind, waves_front
from twins.portraits.tailoring import Blouse

PERSON = Person(
    name="sofia",
    skin=Skin(
        ramp=("#6e3626", "#b06c4c", "#d89a74", "#ecb993", "#fbdcc0"), blush="#d8604e", blush_strength=0.36, shine=0.3
    ),
    shape=Shape(
        outline=(
            (0, 212),
            (68, 224),
            (120, 268),
            (147, 336),
            (156, 410),
            (156, 470),
            (148, 536),
            (126, 602),
            (92, 652),
            (46, 688),
            (0, 697),
        ),
        nose_width=25,
        nose_bridge=13,
        neck=82,
        muzzle=8,
        ear=(148, 430, 540),
        cheek=13,
        nose_length=19,
        brow_y=402,
    ),
    eyes=Eyes(
        iris="#5c3416",
        iris_light="#b0743a",
        iris_rim="#22120a",
        lash=14,
        liner=5,
        width=88,
        upper=19.5,
        lower=11,
        size=21,
        tilt=8,
        crease=11,
    ),
    brows=Brows(tone="#2e1a12", thickness=11, arch=15, density=190, slope=2),
    mouth=Mouth(width=66, upper=15, lower=21, tone="#c2504e", dark="#7c2a2e", light="#ec9488", gloss=0.6, smile=13),
    hair_tones=("#160b08", "#2c1710", "#52301f", "#83502f", "#b37a48"),
    behind=waves_behind,
    front=waves_front,
    clothes=Blouse("#1f7a78", pendant),
    backdrop=room(
        Room(
            light="#fbe6d6",
            wall="#e3b79d",
            shade="#8d5f5a",
            lamp="#fff3dd",
            things=("curtain", "plant"),
            accent="#a8786a",
            seed=4,
        )
    ),
    extent=(232, 148, 760),
)
