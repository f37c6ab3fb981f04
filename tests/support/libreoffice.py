"""A person at a real LibreOffice: opens a workbook, types, adds, deletes and re-orders rows, saves it as .xlsx.

It is a Basic macro in a profile of its own, so nothing of the machine's LibreOffice is touched.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

NEEDED = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="LibreOffice is not installed: what a real one makes of a copy is not tried here",
)
_TIMEOUT: Final = 180
_LIBRARIES: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
 <library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple" library:link="false"/>
</library:libraries>
"""
_LIBRARY: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Desk"/>
</library:library>
"""
_MODULE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Desk" script:language="StarBasic">{code}</script:module>
"""
_CODE: Final = """
Function Column(sheet, heading) As Long
  Dim i
  For i = 0 To 60
    If sheet.getCellByPosition(i, 0).String = heading Then
      Column = i
      Exit Function
    End If
  Next i
  Column = -1
End Function

Function Width(sheet) As Long
  Width = 0
  Do While sheet.getCellByPosition(Width + 1, 0).String &lt;&gt; ""
    Width = Width + 1
  Loop
End Function

Function Row(sheet, order, last) As Long
  Dim i
  For i = 1 To last
    If sheet.getCellByPosition(0, i).String = order Then
      Row = i
      Exit Function
    End If
  Next i
  Row = -1
End Function

Function LastRow(sheet) As Long
  LastRow = 0
  Do While sheet.getCellByPosition(0, LastRow + 1).String &lt;&gt; ""
    LastRow = LastRow + 1
  Loop
End Function

Sub Work(source, target, script)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim asExcel(0) As New com.sun.star.beans.PropertyValue
  Dim i, cells, turned, doc, sheet, stream, told, parts, last, cell, place
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, hidden())
  sheet = doc.Sheets.getByIndex(0)
  last = LastRow(sheet)
  stream = CreateUnoService("com.sun.star.io.TextInputStream")
  stream.setInputStream(CreateUnoService("com.sun.star.ucb.SimpleFileAccess").openFileRead(ConvertToURL(script)))
  stream.setEncoding("UTF-8")
  Do While Not stream.isEOF()
    told = stream.readLine()
    parts = Split(told &amp; Chr(9), Chr(9))
    Select Case parts(0)
      Case "type", "number"
        place = Row(sheet, parts(1), last)
        If place &lt; 0 Then
          last = last + 1
          place = last
          sheet.getCellByPosition(0, place).String = parts(1)
        End If
        cell = sheet.getCellByPosition(Column(sheet, parts(2)), place)
        If parts(0) = "number" Then
          cell.Value = Val(parts(3))
        Else
          cell.String = parts(3)
        End If
      Case "delete"
        sheet.Rows.removeByIndex(Row(sheet, parts(1), last), 1)
        last = last - 1
      Case "turn"
        place = sheet.getCellRangeByPosition(0, 1, Width(sheet), last)
        cells = place.getDataArray()
        turned = place.getDataArray()
        For i = 0 To UBound(cells)
          turned(i) = cells(UBound(cells) - i)
        Next i
        place.setDataArray(turned)
    End Select
  Loop
  stream.closeInput()
  asExcel(0).Name = "FilterName"
  asExcel(0).Value = "Calc MS Excel 2007 XML"
  doc.storeToURL(ConvertToURL(target), asExcel())
  doc.close(True)
End Sub
"""


@dataclass
class Desk:
    """What a person is about to do in a workbook, step by step."""

    steps: list[tuple[str, ...]] = field(default_factory=list)

    def type_in(self, order: str, heading: str, value: Any) -> None:
        """Type into a cell; an order that is not there becomes a new row at the end."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            self.steps.append(("number", order, heading, repr(value)))
        else:
            self.steps.append(("type", order, heading, str(value or "")))

    def delete(self, order: str) -> None:
        """Delete the row of an order."""
        self.steps.append(("delete", order))

    def turn(self) -> None:
        """Bring all rows into the opposite order, as sorting does."""
        self.steps.append(("turn",))

    def work(self, source: Path, target: Path, folder: Path) -> None:
        """Do it all in LibreOffice and save as `target`; `folder` is for the profile."""
        work_in_libreoffice(source, target, self.steps, folder)


def work_in_libreoffice(
    source: Path, target: Path, steps: Sequence[tuple[str, ...]], folder: Path
) -> None:
    """Run the steps in a real LibreOffice."""
    soffice = shutil.which("soffice")
    assert soffice is not None
    profile = folder / "profile"
    started = [soffice, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"]
    basic = profile / "user" / "basic"
    if (
        not basic.exists()
    ):  # LibreOffice makes a new profile its own way, and takes no library from before
        subprocess.run([*started, "--convert-to", "csv", "--outdir", str(folder), str(source)], capture_output=True, timeout=_TIMEOUT, check=False)  # fmt: skip
    (basic / "script.xlc").write_text(_LIBRARIES)
    (basic / "Standard" / "script.xlb").write_text(_LIBRARY)
    (basic / "Standard" / "Desk.xba").write_text(_MODULE.format(code=_CODE))
    script = folder / "steps.txt"
    script.write_text("\n".join("\t".join(step) for step in steps) + "\n", encoding="utf-8")
    done = subprocess.run(
        [*started, "--nolockcheck", f'macro:///Standard.Desk.Work("{source}","{target}","{script}")'],
        capture_output=True, text=True, timeout=_TIMEOUT, check=False,
    )  # fmt: skip
    assert target.exists(), f"LibreOffice wrote nothing: {done.stdout} {done.stderr}"
