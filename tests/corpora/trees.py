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
    place(root, "Happy/1.png", "sad/1.png", "sad/2.JPG", "angry/deep/1.wav")


def table(root: Path) -> None:
    place(root, "clips/1.wav", "clips/2.mp4")
    rows = "clips/1.wav,hap,ann,female,0.5\nclips/2.mp4,anger,bob,,\n"
    place(root, "mine.csv", content="file,emotion,speaker,sex,valence\n" + rows)


def savee(root: Path) -> None:
    place(
        root,
        "AudioData/DC/a01.wav",
        "AudioData/DC/sa15.wav",
        "AudioData/JE/n30.wav",
        "AudioData/KL/su01.wav",
        "AudioVisualClip/DC/a01.avi",
    )


IEMOCAP_LABELS = """% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]
C-E2:\tNeutral;\t()
C-E3:\tNeutral state;\t()
C-E4:\tNeutral; Frustration;\t()
C-F1:\tAnger;\t(not a rater)
A-E3:\tval 3; act 2; dom  2;\t()

[10.0100 - 11.3925]\tSes01F_impro01_M000\texc\t[4.5000, 4.0000, 3.0000]
C-E2:\tExcited;\t()
C-E3:\tOther;\t(amused)

[14.8872 - 18.0175]\tSes01F_impro01_F001\txxx\t[1.0000, 5.0000, 2.0000]
C-E2:\tAnger;\t()
C-E3:\tSadness;\t()
"""


def iemocap(root: Path) -> None:
    for turn in ("F000", "M000", "F001"):
        place(root, f"Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_{turn}.wav")
    place(root, "Session1/dialog/avi/DivX/Ses01F_impro01.avi")
    place(root, "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt", content=IEMOCAP_LABELS)
    place(root, "Session1/dialog/EmoEvaluation/Categorical/Ses01F_impro01_e2_cat.txt")
    said = "Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.\nM: [1.0-2.0]: (breathing)\n"
    place(root, "Session1/dialog/transcriptions/Ses01F_impro01.txt", content=said)
    name = "Ses05M_script01_1_M007"
    place(root, f"Session5/sentences/wav/{name[:-5]}/{name}.wav")
    row = f"[1.5 - 2.5]\t{name}\tfru\t[2.0, 4.0, 3.0]\nC-E5:\tFrustration;\t()\n"
    place(root, f"Session5/dialog/EmoEvaluation/{name[:-5]}.txt", content=row)


def enterface05(root: Path) -> None:
    place(
        root,
        "subject 1/anger/sentence 1/s1_an_1.avi",
        "subject 3/happiness/sentence 1/s_3_ha_1.avi",
        "subject 6/anger/s6_an.avi",
        "subject 11/fear/sentence 2/s12_fe_2.avi",
        "subject 16/surprise/sentence 3/s16_su_3avi.avi",
    )


def meld(root: Path) -> None:
    head = (
        "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,"
        "StartTime,EndTime\n"
    )
    row = '1,"{}",{},{},neutral,{},{},4,7,"00:20:57,256","00:21:00,049"\n'
    train = row.format("Oh, he\u2019s lost it.", "Phoebe", "sadness", 0, 0)
    place(root, "train_sent_emo.csv", content=head + train + row.format("No", "Joey", "joy", 0, 1))
    # Windows-1252, and quotes that were taken for control characters.
    dev = head + row.format("It\u2019s you\u2026", "Mrs. Green", "neutral", 3, 10)
    (root / "dev_sent_emo.csv").write_bytes(dev.encode("cp1252"))
    place(root, "test_sent_emo.csv", content=head + row.format("It\x92s", "Guy", "anger", 2, 1))
    place(
        root,
        "train_splits/dia0_utt0.mp4",
        "train_splits/dia0_utt1.mp4",
        "dev_splits_complete/dia3_utt10.mp4",
        "output_repeated_splits_test/dia2_utt1.mp4",
        "output_repeated_splits_test/final_videos_testdia2_utt1.mp4",
    )


def afew(root: Path) -> None:
    place(
        root,
        "Train_AFEW/Angry/000046280.avi",
        "Train_AFEW/Happy/000046281.avi",
        "Train_AFEW/AlignedFaces_LBPTOP_Points/Faces/000046280/0000001.jpg",
        "Val_AFEW/Surprise/000149120.avi",
        "Val_AFEW/AlignedFaces_LBPTOP_Points_Val/Faces/000149120/0000001.jpg",
        "Test_vid_Distribute/000100.avi",
    )


def semaine(root: Path) -> None:
    session = "Sessions/2"
    start = "2008.12.05.16.03.15"
    place(
        root,
        f"{session}/{start}_User HeadMounted_Poppy.wav",
        f"{session}/{start}_Operator HeadMounted_Poppy.wav",
        f"{session}/{start}_User_AV_lowQ_Poppy.avi",
        f"{session}/{start}_User_FarField_Poppy.wav",
        "Sessions/1/session.xml",
    )
    xml = '<?xml version="1.0"?>\n<session id="2" recording="1" character="Poppy"/>\n'
    place(root, f"{session}/session.xml", content=xml)
    traces = {
        "R5S1TUCPoDV": "0.00 0.2\n0.02 0.4\n0.04 0.6\n",
        "R6S1TUCPoDV": "0.00 0.4\n0.02 0.8\n",
        "R5S1TUCPoDA": "0.00 -0.5\n0.04 -0.5\n",
        "R5S1TUCPoDP": "0.00 1.0\n",
    }
    for name, content in traces.items():
        place(root, f"{session}/{name}.txt", content=content)


def recola(root: Path) -> None:
    place(
        root,
        "recordings_audio/train_1.wav",
        "recordings_audio/dev_2.wav",
        "recordings_audio/test_1.wav",
        "recordings_video/train_1.mp4",
    )
    head = "@relation gold\n\n@attribute name string\n@attribute frameTime numeric\n"
    head += "@attribute GoldStandard numeric\n\n@data\n\n"
    for name in ("train_1", "dev_2"):
        for dimension, value in (("valence", 0.25), ("arousal", -0.5)):
            rows = "".join(f"'{name}',{i / 25:.2f},{value + i / 10}\n" for i in range(3))
            place(root, f"ratings_gold_standard/{dimension}/{name}.arff", content=head + rows)


def aff_wild2(root: Path) -> None:
    place(root, "batch1/1-30-1280x720.mp4", "batch2/video5.mp4")
    place(root, *(f"cropped_aligned/frames/{i:05}.jpg" for i in (1, 2, 31, 61)))
    words = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
    expr, va = "annotations/EXPR_Set", "annotations/VA_Set"
    place(root, f"{expr}/Train_Set/1-30-1280x720.txt", content=words + "4\n4\n-1\n7\n")
    place(root, f"{expr}/Validation_Set/frames.txt", content=words + "1\n" * 60 + "-1\n")
    affect = "valence,arousal\n"
    va_train = affect + "0.5,0.25\n-5,-5\n0.3,0.75\n"
    place(root, f"{va}/Train_Set/1-30-1280x720.txt", content=va_train)
    for side, value in (("left", 0.5), ("right", -0.5)):
        content = affect + f"{value},0.1\n"
        place(root, f"{va}/Validation_Set/video5_{side}.txt", content=content)


def jaffe(root: Path) -> None:
    place(root, "KA.AN1.39.tiff", "KM.NE1.1.tiff", "YM.SU3.64.tiff")
    table = (
        "#  HAP  SAD  SUR  ANG  DIS  FEA  PIC\n---------------------------------\n"
        "1 2.87 2.52 2.10 1.97 1.97 2.06 KM-NE1\n39 1.10 2.00 1.50 4.60 3.20 1.90 KA-AN1\n"
    )
    place(root, "README_FIRST.txt", content=f"The Japanese Female images.\n\n{table}")


def ck_plus(root: Path) -> None:
    for subject, last in (("S005/001", 6), ("S010/004", 2), ("S999/001", 3)):
        stem = subject.replace("/", "_")
        for frame in range(1, last + 1):
            place(root, f"cohn-kanade-images/{subject}/{stem}_{frame:08}.png")
    label = "Emotion/S005/001/S005_001_00000006_emotion.txt"
    place(root, label, content="   3.0000000e+00\n")
    place(root, "Emotion/S010/004/S010_004_00000002_emotion.txt", content="   2.0000000e+00\n")


def ck_plus_48(root: Path) -> None:
    place(
        root,
        "anger/S010_004_00000017.png",
        "anger/S010_004_00000018.png",
        "contempt/S138_008_00000007.png",
        "happy/S011_006_00000013.png",
    )


def cfe(root: Path) -> None:
    place(
        root,
        "01-04/Images1/01_126_3963.jpg",
        "01-04/Images1/02_339_3470.jpg",
        "05-08/Images2/08_140.jpg",
        "21-26/Images6/126_02.png.jpg",
    )
    place(root, "emotions.csv", content="code,emotion\n1,Neutral\n2,Happy\n8,Happily surprised\n")


TREES: dict[str, Callable[[Path], None]] = {
    "ravdess": ravdess,
    "cremad": cremad,
    "tess": tess,
    "emodb": emodb,
    "fer2013": fer2013,
    "ferplus": ferplus,
    "muxspace": muxspace,
    "librispeech": librispeech,
    "savee": savee,
    "iemocap": iemocap,
    "enterface05": enterface05,
    "meld": meld,
    "afew": afew,
    "semaine": semaine,
    "recola": recola,
    "aff-wild2": aff_wild2,
    "jaffe": jaffe,
    "ck-plus": ck_plus,
    "ck-plus-48": ck_plus_48,
    "cfe": cfe,
    "folders": folders,
    "table": table,
}
"""By the corpus's name in `CORPORA`, which has no corpus without a tree here."""

PEOPLE = {"ck-plus-48": "ck-plus"}
"""Corpora that show the people of another, and so name them as it does."""
