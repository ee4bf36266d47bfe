"""Tables in Markdown, which is as readable in a terminal as in a README."""


def show(header, rows):
    """Prints rows of texts under a header; the first column is left-aligned, the others right-aligned."""
    lines = [header] + rows
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(header))]
    def text(line):
        cells = [str(line[0]).ljust(widths[0])]
        cells += [str(cell).rjust(width) for cell, width in zip(line[1:], widths[1:])]
        return "| " + " | ".join(cells) + " |"
    print(text(header))
    marks = [":" + "-" * (widths[0] - 1)] + ["-" * (width - 1) + ":" for width in widths[1:]]
    print("| " + " | ".join(marks) + " |")
    for row in rows:
        print(text(row))
