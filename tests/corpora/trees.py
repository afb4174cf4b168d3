"""A small tree in the official layout of every corpus: what the tests read where it is absent.

A builder makes the corpus's root at the path it is given. Its files hold a byte or more, for an
empty file is a problem of its own.
"""

from collections.abc import Callable
from pathlib import Path


def place(root: Path, *names: str, content: str = "x") -> Path:
    """Make files below `root`."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def ravdess(root: Path) -> None:
    place(
        root,
        "Audio_Speech_Actors_01-24/Actor_01/03-01-01-01-01-01-01.wav",
        "Audio_Speech_Actors_01-24/Actor_02/03-01-08-02-02-02-02.wav",
        "Audio_Song_Actors_01-24/Actor_02/03-02-02-01-01-01-02.wav",
        "Video_Speech_Actor_02/Actor_02/01-01-08-02-02-02-02.mp4",
        "Video_Speech_Actor_02/Actor_02/02-01-08-02-02-02-02.mp4",
        "Video_Song_Actor_03/Actor_03/01-02-05-02-02-02-03.mp4",
    )


def cremad(root: Path) -> None:
    place(
        root,
        "AudioWAV/1001_IEO_HAP_LO.wav",
        "AudioWAV/1040_ITH_SAD_X.wav",
        "AudioMP3/1001_IEO_HAP_LO.mp3",
        "VideoFlash/1001_IEO_HAP_LO.flv",
    )
    place(
        root,
        "VideoDemographics.csv",
        content='"ActorID","Age","Sex","Race","Ethnicity"\n'
        '1001,51,"Male","Caucasian","Not Hispanic"\n1040,42,"Female","Caucasian","Hispanic"\n',
    )
    place(
        root,
        "tabulatedVotes.csv",
        content='"","A","D","F","H","N","S","fileName","numResponses"\n'
        '"100002",0,0,0,3,6,1,"1001_IEO_HAP_LO",10\n'
        '"200002",0,0,0,9,0,0,"1001_IEO_HAP_LO",9\n'
        '"300002",0,0,0,9,1,0,"1001_IEO_HAP_LO",10\n',
    )


def tess(root: Path) -> None:
    place(
        root,
        "OAF_Fear/OAF_back_fear.wav",
        "OAF_neutral/OA_bite_neutral.wav",
        "YAF_pleasant_surprised/YAF_dog_ps.wav",
    )


def emodb(root: Path) -> None:
    place(root, "wav/03a01Wa.wav", "wav/08b10Lb.wav", "wav/16a05Td.wav")
    # As published: Latin-1, non-breaking spaces, decimal commas.
    table = (
        "Nr.\tSatz\terkannt\tnatuerlich\n"
        "1\xa0\xa0\t03a01Wa.wav\t95,00\xa0\xa0\t90,00\xa0\n"
        "2\xa0\xa0\t08b10Lb.wav \t100,00\xa0\t 95,00\xa0\n"
    )
    (root / "erkennung.txt").write_bytes(table.encode("latin-1"))


def fer2013(root: Path) -> None:
    pixels = [" ".join(str((row + i) % 256) for i in range(48 * 48)) for row in range(3)]
    rows = zip((0, 3, 6), pixels, ("Training", "PublicTest", "PrivateTest"), strict=True)
    lines = ["emotion,pixels,Usage", *(f'{n},"{values}",{usage}' for n, values, usage in rows)]
    place(root, "fer2013.csv", content="\n".join(lines) + "\n")


def ferplus(root: Path) -> None:
    for number, split in enumerate(("Train", "Valid", "Test")):
        name = f"fer{number:07}.png"
        place(root, f"FER2013{split}/{name}")
        row = f'{name},"(0, 0, 48, 48)",6,1,0,2,0,0,0,0,1,0\n'
        place(root, f"FER2013{split}/label.csv", content=row)


def muxspace(root: Path) -> None:
    place(root, "images/Aaron_Eckhart_0001.jpg", "images/faces_2868582k.jpg")
    legend = "image,emotion\nAaron_Eckhart_0001.jpg,neutral\nfaces_2868582k.jpg,HAPPINESS\n"
    place(root, "legend.csv", content=legend)


def librispeech(root: Path) -> None:
    place(
        root,
        "test-other/367/130732/367-130732-0001.flac",
        "test-other/1688/142285/1688-142285-0000.flac",
    )
    speakers = "; ID |SEX| SUBSET |MINUTES| NAME\n367  | M | test-other | 8.0 | Somebody\n"
    place(root, "SPEAKERS.TXT", content=speakers)


def folders(root: Path) -> None:
    place(root, "Happy/1.png", "sad/1.png", "sad/2.JPG", "angry/deep/1.wav", "other/1.png")


def table(root: Path) -> None:
    place(root, "clips/1.wav", "clips/2.mp4")
    rows = "clips/1.wav,hap,ann,female,0.5\nclips/2.mp4,anger,bob,,\n"
    place(root, "mine.csv", content="file,emotion,speaker,sex,valence\n" + rows)


TREES: dict[str, Callable[[Path], None]] = {
    "ravdess": ravdess,
    "cremad": cremad,
    "tess": tess,
    "emodb": emodb,
    "fer2013": fer2013,
    "ferplus": ferplus,
    "muxspace": muxspace,
    "librispeech": librispeech,
    "folders": folders,
    "table": table,
}
"""By the corpus's name in `CORPORA`, which has no corpus without a tree here."""
