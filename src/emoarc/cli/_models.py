"""`emoarc models`: which model packs there are, what they are, whether they are whole."""

from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table

from emoarc.cli._console import out

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="List, show and verify model packs.")

_Pack = Annotated[str, typer.Argument(help="A shipped pack's name or a pack's folder.")]


@app.command("list")
def list_packs() -> None:
    """List the packs that come with emoarc."""
    from emoarc.packs import load_pack, shipped_packs

    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("name", "version", "task", "size", "sha256"):
        table.add_column(heading)
    for name in shipped_packs():
        pack = load_pack(name)
        size = (pack.folder / "model.onnx").stat().st_size / 1e6
        m = pack.manifest
        table.add_row(m.name, m.version, m.task, f"{size:.1f} MB", m.sha256[:12])
    out.print(table)


@app.command()
def show(pack: _Pack) -> None:
    """Show a pack's card: data, licences, measured figures, limits."""
    from emoarc.packs import load_pack

    _, _, text = load_pack(pack).card.split("---", 2)  # without the head for machines
    out.print(Markdown(text))


@app.command()
def verify(
    packs: Annotated[
        list[str] | None, typer.Argument(help="Packs; all shipped ones if none.")
    ] = None,
) -> None:
    """Check that packs are whole and that their networks open."""
    from emoarc.packs import load_pack, shipped_packs

    for name in packs or shipped_packs():
        pack = load_pack(name)
        pack.session()
        out.print(
            f"[green]ok[/] {name} {pack.manifest.version} {pack.manifest.sha256}", soft_wrap=True
        )
