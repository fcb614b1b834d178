"""A Black woman of about 30 with an afro, in mustard wool."""

from twins.portraits.backdrop import Room, room
from twins.portraits.clothes import jumper
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.styles.afro import afro_behind, afro_front

PERSON = Person(
    name="amara",
    skin=Skin(
        ramp=("#3d1b11", "#743c24", "#a2603d", "#c38257", "#e3ab7b"), blush="#b04a34", blush_strength=0.34, shine=0.36
    ),
    shape=Shape(
        outline=(
            (0, 214),
            (70, 226),
            (124, 270),
            (152, 336),
            (161, 410),
            (162, 470),
            (155, 536),
            (136, 600),
            (102, 650),
            (54, 682),
            (0, 691),
        ),
        nose_width=32,
        nose_bridge=17,
        neck=90,
        muzzle=11,
        ear=(156, 432, 540),
        cheek=13,
    ),
    eyes=Eyes(
        iris="#42260f",
        iris_light="#8a5426",
        iris_rim="#170c07",
        lash=13,
        liner=4.6,
        width=88,
        upper=19,
        lower=11,
        size=21,
        tilt=6,
        crease=10,
    ),
    brows=Brows(tone="#1c110d", thickness=12, arch=15, density=190),
    mouth=Mouth(width=70, upper=18, lower=24, tone="#a34d46", dark="#5f2725", light="#d98a7a", gloss=0.55, smile=13),
    hair_tones=("#0d0807", "#1c110c", "#38231a", "#63402b", "#8a5f42"),
    behind=afro_behind,
    front=afro_front,
    clothes=jumper("#d98a2b"),
    backdrop=room(
        Room(
            light="#f3dcc0",
            wall="#c9a487",
            shade="#6f564c",
            lamp="#fff0cf",
            things=("window", "plant"),
            accent="#7f9567",
        )
    ),
    extent=(262, 92, 610),
)
