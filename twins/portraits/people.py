"""The people, one description each."""

from twins.portraits.backdrop import Room, room
from twins.portraits.clothes import jumper
from twins.portraits.person import Brows, Eyes, Mouth, Person, Shape, Skin
from twins.portraits.beard import Beard
from twins.portraits.styles import afro_behind, afro_front, bald, bob_behind, bob_front, neat_front, nothing, tousled_front, waves_behind, waves_front
from twins.portraits.tailoring import Blazer, Blouse, Cardigan, Overshirt, Shirt, pearls, pendant, turtleneck

AMARA = Person(
    name="amara",
    skin=Skin(ramp=("#3d1b11", "#743c24", "#a2603d", "#c38257", "#e3ab7b"), blush="#b04a34", blush_strength=0.34, shine=0.36),
    shape=Shape(
        outline=((0, 214), (70, 226), (124, 270), (152, 336), (161, 410), (162, 470), (155, 536), (136, 600), (102, 650), (54, 682), (0, 691)),
        nose_width=32, nose_bridge=17, neck=90, muzzle=11, ear=(156, 432, 540), cheek=13,
    ),
    eyes=Eyes(iris="#42260f", iris_light="#8a5426", iris_rim="#170c07", lash=13, liner=4.6, width=88, upper=19, lower=11, size=21, tilt=6, crease=10),
    brows=Brows(tone="#1c110d", thickness=12, arch=15, density=190),
    mouth=Mouth(width=70, upper=18, lower=24, tone="#a34d46", dark="#5f2725", light="#d98a7a", gloss=0.55, smile=13),
    hair_tones=("#0d0807", "#1c110c", "#38231a", "#63402b", "#8a5f42"),
    behind=afro_behind,
    front=afro_front,
    clothes=jumper("#d98a2b"),
    backdrop=room(Room(light="#f3dcc0", wall="#c9a487", shade="#6f564c", lamp="#fff0cf", things=("window", "plant"), accent="#7f9567")),
    extent=(262, 92, 610),
)  # fmt: skip

SOFIA = Person(
    name="sofia",
    skin=Skin(ramp=("#6e3626", "#b06c4c", "#d89a74", "#ecb993", "#fbdcc0"), blush="#d8604e", blush_strength=0.36, shine=0.3),
    shape=Shape(
        outline=((0, 212), (68, 224), (120, 268), (147, 336), (156, 410), (156, 470), (148, 536), (126, 602), (92, 652), (46, 688), (0, 697)),
        nose_width=25, nose_bridge=13, neck=82, muzzle=8, ear=(148, 430, 540), cheek=13, nose_length=19, brow_y=402,
    ),
    eyes=Eyes(iris="#5c3416", iris_light="#b0743a", iris_rim="#22120a", lash=14, liner=5, width=88, upper=19.5, lower=11, size=21, tilt=8, crease=11),
    brows=Brows(tone="#2e1a12", thickness=11, arch=15, density=190, slope=2),
    mouth=Mouth(width=66, upper=15, lower=21, tone="#c2504e", dark="#7c2a2e", light="#ec9488", gloss=0.6, smile=13),
    hair_tones=("#160b08", "#2c1710", "#52301f", "#83502f", "#b37a48"),
    behind=waves_behind,
    front=waves_front,
    clothes=Blouse("#1f7a78", pendant),
    backdrop=room(Room(light="#fbe6d6", wall="#e3b79d", shade="#8d5f5a", lamp="#fff3dd", things=("curtain", "plant"), accent="#a8786a", seed=4)),
    extent=(232, 148, 760),
)  # fmt: skip

LEO = Person(
    name="leo",
    skin=Skin(ramp=("#6a3528", "#b4735a", "#dfa686", "#f0c3a4", "#fde3cb"), blush="#d9654f", blush_strength=0.34, shine=0.26, stubble=0.16, stubble_tone="#8a6250"),
    shape=Shape(
        outline=((0, 208), (74, 220), (130, 264), (157, 334), (164, 410), (163, 476), (157, 548), (144, 616), (112, 668), (62, 702), (0, 708)),
        nose_width=29, nose_bridge=15, neck=106, muzzle=9, ear=(158, 424, 546), cheek=10, chin=13, nose_length=22, brow_y=408, nose_y=560, mouth_y=617, socket=15,
    ),
    eyes=Eyes(iris="#4a6a5a", iris_light="#93b39a", iris_rim="#1f2f2a", lash=7, liner=2.8, width=82, upper=17, lower=10.5, size=19.5, tilt=4, crease=8, lash_tone="#2a1a14"),
    brows=Brows(tone="#3d2717", thickness=14, arch=9, density=210, length=102),
    mouth=Mouth(width=70, upper=11, lower=17, tone="#c07468", dark="#864740", light="#e0a394", gloss=0.22, smile=12),
    hair_tones=("#1f120b", "#3b2415", "#66432a", "#94683f", "#c2955f"),
    behind=nothing,
    front=tousled_front,
    beard=Beard(9000, (2.0, 4.2), 0.55, 0.4, 0.0, 0.25),
    clothes=Overshirt("#47678a", jumper("#ece7df")),
    backdrop=room(Room(light="#e6efee", wall="#a9c0bf", shade="#4f6670", lamp="#fff2d6", things=("window", "shelf"), accent="#c98d5e", seed=9)),
    extent=(196, 118, 600),
)  # fmt: skip

MARGARET = Person(
    name="margaret",
    skin=Skin(ramp=("#7c4a40", "#c08974", "#e6b79f", "#f6d3bd", "#ffeadb"), blush="#de7a6c", blush_strength=0.36, shine=0.2, lines=0.75),
    shape=Shape(
        outline=((0, 212), (72, 224), (124, 268), (150, 336), (159, 410), (160, 476), (155, 546), (140, 612), (106, 662), (58, 692), (0, 699)),
        nose_width=28, nose_bridge=14, neck=84, muzzle=8, ear=(150, 430, 552), cheek=11, chin=11, nose_length=20, brow_y=402, nose_y=556, mouth_y=609, socket=14,
    ),
    eyes=Eyes(iris="#4d7394", iris_light="#a8c8dc", iris_rim="#243a4e", lash=8, liner=3.0, width=82, upper=16, lower=10.5, size=19.5, tilt=1, crease=6, lash_tone="#3a2a26"),
    brows=Brows(tone="#8b7a70", thickness=9, arch=12, density=140, strength=0.8),
    mouth=Mouth(width=66, upper=10.5, lower=15.5, tone="#c4656a", dark="#8a3d44", light="#e79c9a", gloss=0.4, smile=13, teeth="#f0e6d8"),
    hair_tones=("#5d5a60", "#85838a", "#b2b0b6", "#d8d6da", "#fbfaf8"),
    behind=bob_behind,
    front=bob_front,
    clothes=Cardigan("#8d5a78", Blouse("#f3e6dc", pearls, 150)),
    backdrop=room(Room(light="#f6eadb", wall="#cfc3a6", shade="#7a7a64", lamp="#fff8e2", things=("window", "frames"), accent="#93a17c", seed=12)),
    extent=(218, 142, 690),
)  # fmt: skip

KENJI = Person(
    name="kenji",
    skin=Skin(ramp=("#6b3f2a", "#b67e56", "#dcac80", "#eec9a0", "#fce6c8"), blush="#cf7556", blush_strength=0.22, shine=0.26, lines=0.25, stubble=0.1, stubble_tone="#7c675a"),
    shape=Shape(
        outline=((0, 208), (78, 220), (134, 266), (160, 336), (167, 410), (168, 478), (162, 550), (144, 616), (106, 666), (56, 698), (0, 705)),
        nose_width=31, nose_bridge=17, neck=102, muzzle=9, ear=(160, 426, 546), cheek=14, chin=10, nose_length=18, brow_y=406, nose_y=556, mouth_y=613, socket=8, cheek_y=514,
    ),
    eyes=Eyes(iris="#3a2213", iris_light="#6e4625", iris_rim="#150b06", lash=6, liner=3.2, width=84, upper=14.5, lower=9.5, size=19, tilt=7, crease=4.5, fold=1.0, lash_tone="#150e0c", spacing=84),
    brows=Brows(tone="#17110f", thickness=12, arch=8, density=190, length=98, slope=3),
    mouth=Mouth(width=67, upper=12.5, lower=17, tone="#b9705c", dark="#7d4338", light="#dca48c", gloss=0.2, smile=11),
    hair_tones=("#08080a", "#131318", "#25262c", "#454850", "#7b818c"),
    behind=nothing,
    front=neat_front,
    clothes=Blazer("#2c3a55", turtleneck("#8b8f96")),
    backdrop=room(Room(light="#eceae6", wall="#bdb8b2", shade="#5d6068", lamp="#ffe9c8", things=("lights",), accent="#7f8ea3", seed=21)),
    extent=(190, 140, 600),
)  # fmt: skip

WALTER = Person(
    name="walter",
    skin=Skin(ramp=("#2a130c", "#573020", "#7f4c33", "#a36a49", "#cd9670"), blush="#93412c", blush_strength=0.26, shine=0.5, lines=0.85),
    shape=Shape(
        outline=((0, 202), (52, 208), (100, 228), (138, 266), (160, 318), (168, 402), (168, 480), (164, 552), (150, 622), (116, 672), (64, 704), (0, 712)),
        nose_width=37, nose_bridge=18, neck=108, muzzle=11, ear=(162, 420, 556), cheek=12, chin=10, nose_length=22, brow_y=406, nose_y=562, mouth_y=620, socket=15,
    ),
    eyes=Eyes(iris="#3b2414", iris_light="#6d4a2c", iris_rim="#170d08", lash=5, liner=2.6, width=80, upper=16, lower=10.5, size=19, tilt=1, crease=6, lash_tone="#1c1210"),
    brows=Brows(tone="#8d8580", thickness=13, arch=9, density=200, length=100, strength=0.95),
    mouth=Mouth(width=68, upper=12, lower=19, tone="#8c4d43", dark="#522620", light="#bd8272", gloss=0.3, smile=12, teeth="#efe6d8"),
    hair_tones=("#4a4442", "#7d7672", "#aaa4a0", "#d2cdc8", "#f3f0ec"),
    behind=nothing,
    front=bald,
    beard=Beard(),
    clothes=Cardigan("#4c5a3f", Shirt("#dfe6ee")),
    backdrop=room(Room(light="#f1dcb8", wall="#b98f62", shade="#4f3a2e", lamp="#ffdf9e", things=("shelf", "curtain"), accent="#8c4b33", seed=30)),
    extent=(186, 196, 600),
)  # fmt: skip

PEOPLE = {person.name: person for person in (AMARA, LEO, MARGARET, KENJI, SOFIA, WALTER)}
