/** Sets a report (`report.json`) for A4. All texts come from the data; see `renderTypst`. */
export const TYPST_PROGRAM = `
#let data = json("report.json")
#let muted = rgb("#555b63")
#let accent = rgb("#0b5a78")

#set document(title: data.title, date: datetime(year: data.date.at(0), month: data.date.at(1), day: data.date.at(2)))
#set text(font: "Libertinus Serif", size: 10.5pt, lang: data.language, hyphenate: true)
#set par(justify: true, leading: 0.62em, spacing: 0.95em)
#set page(
  paper: "a4",
  margin: (x: 23mm, top: 24mm, bottom: 24mm),
  header: context if counter(page).get().first() > 1 [
    #set text(8.5pt, fill: muted)
    #data.title
    #h(1fr)
    #data.subtitle.at(0)
    #v(-6pt)
    #line(length: 100%, stroke: 0.4pt + muted)
  ],
  footer: context [
    #set text(9pt, fill: muted)
    #set align(center)
    #counter(page).display("1 / 1", both: true)
  ],
)
#show raw: set text(font: "DejaVu Sans Mono", size: 0.8em)
#show link: set text(fill: accent)
#show heading: set block(above: 1.7em, below: 0.8em, sticky: true)
#show heading.where(level: 1): set text(15pt)
#show heading.where(level: 2): set text(12pt)
#show heading.where(level: 3): set text(10.5pt)
#show table.cell.where(y: 0): set text(weight: "bold")
#set table(stroke: none, inset: (x: 5pt, y: 3.4pt))

// Letters that only code has can be broken anywhere: hashes, names of files.
#let breakable(words) = words.clusters().join(sym.zws)

#let inline(part) = {
  if part.kind == "text" { part.text }
  else if part.kind == "code" { raw(part.text) }
  else if part.kind == "strong" { strong(part.content.map(inline).join()) }
  else if part.kind == "emphasis" { emph(part.content.map(inline).join()) }
  else if part.kind == "link" { link(part.href, part.content.map(inline).join()) }
  else if part.kind == "break" { linebreak() }
}
#let inlines(content) = content.map(inline).join()

#let is-long(words) = words.len() >= 40 and not words.contains(" ")
#let cell-text(words) = if is-long(words) { text(font: "DejaVu Sans Mono", size: 0.72em, breakable(words)) } else if words.starts-with("calque ") { raw(words) } else { words }

#let made-table(block) = {
  let count = block.columns.len()
  let longest = range(count).map(i => calc.max(..block.columns.at(i).title.split(" ").map(word => word.len()), ..block.rows.map(row => row.at(i).text.len())))
  // Narrow tables are as wide as their words; in wide ones the columns share the page.
  let widths = if longest.sum() <= 78 { (auto,) * count } else { longest.map(length => calc.clamp(length, 8, 34) * 1fr) }
  set text(if count > 6 { 8.2pt } else { 9pt })
  set par(justify: false)
  table(
    columns: widths,
    align: (column, row) => if block.columns.at(column).align == "end" { right } else { left },
    table.header(..block.columns.map(column => column.title)),
    table.hline(y: 1, stroke: 0.7pt),
    ..block.rows.map(row => row.map(cell => table.cell(cell-text(cell.text)))).flatten(),
    table.hline(stroke: 0.4pt + muted),
  )
}

#let shown-picture(picture, width) = {
  if picture.file == none { box(width: width, stroke: 0.5pt + muted, inset: 8pt, emph(data.words.noPicture)) }
  else {
    let height = width / picture.aspect
    let most = 82mm
    let fitted = if height > most { most * picture.aspect } else { width }
    image(picture.file, width: fitted, alt: picture.description)
  }
  if picture.caption != "" { block(width: width, above: 4pt, text(8.5pt, fill: muted, par(justify: false, picture.caption))) }
}

#let made-figure(block) = {
  let count = block.pictures.len()
  let columns = if count == 1 { 1 } else if count == 2 or count == 4 { 2 } else { 3 }
  let gutter = 8pt
  layout(size => {
    let width = (size.width - gutter * (columns - 1)) / columns
    let single = block.pictures.at(0)
    let used = if count == 1 { if single.file != none and single.file.ends-with(".svg") { size.width * 0.72 } else { size.width } } else { width }
    grid(
      columns: columns,
      gutter: gutter,
      row-gutter: 10pt,
      align: if count == 1 { center } else { left },
      ..block.pictures.map(picture => shown-picture(picture, used)),
    )
  })
}

#let traces(names) = if names.len() > 0 and names.len() <= 6 [
  #linebreak()
  #text(7.2pt, fill: muted, font: "DejaVu Sans Mono", names.dedup().join("  "))
]

#let captioned(kind, supplement, number, caption, names, body) = figure(
  kind: kind,
  supplement: supplement,
  numbering: "1",
  caption: figure.caption(position: if kind == table { top } else { bottom }, [#inlines(caption)#traces(names)]),
  body,
)
#show figure.caption: it => block(width: 100%, sticky: it.kind == table, align(left, par(justify: false, text(9pt)[
  *#it.supplement #context it.counter.display(it.numbering).* #it.body
])))
#show figure.where(kind: table): set block(breakable: true)
#show figure: set block(above: 1.5em, below: 1.5em)

#let note(body) = block(width: 100%, inset: (left: 9pt, rest: 7pt), stroke: (left: 2.5pt + rgb("#a8741a")), fill: rgb("#fbf5e6"), breakable: false, body)

#let render(block) = {
  if block.kind == "heading" { heading(level: block.level, block.text) }
  else if block.kind == "paragraph" {
    // What announces the next block stays with it.
    let last = block.content.at(-1, default: (kind: "break"))
    let announces = last.kind == "text" and last.text.ends-with(":")
    if announces { std.block(sticky: true, inlines(block.content)) } else { par(inlines(block.content)) }
  }
  else if block.kind == "list" {
    let items = block.items.map(item => item.map(render).join())
    if block.ordered { enum(..items) } else { list(..items) }
  }
  else if block.kind == "code" {
    std.block(width: 100%, fill: rgb("#f3f4f6"), inset: 8pt, radius: 3pt, raw(block.text, block: true))
  }
  else if block.kind == "table" {
    if block.number == 0 { made-table(block) } else {
      captioned(table, data.words.table, block.number, block.caption, (), align(left, made-table(block)))
      if block.note != none { std.block(above: -0.9em, text(8.3pt, fill: muted, par(justify: false, block.note))) }
    }
  }
  else if block.kind == "figure" {
    captioned(image, data.words.figure, block.number, block.caption, block.pictures.map(one => one.records).flatten(), made-figure(block))
  }
  else if block.kind == "author" {
    if block.blocks.len() == 0 {
      std.block(width: 100%, inset: 8pt, radius: 3pt, stroke: (paint: muted, thickness: 0.6pt, dash: "dashed"), emph(text(fill: muted, block.asked)))
    } else { block.blocks.map(render).join() }
  }
  else if block.kind == "missing" {
    note[*#data.words.missing.* #block.what #linebreak() #data.words.record#inlines(block.how)]
  }
}

#std.block(above: 0pt, below: 0.7em, text(21pt, weight: "bold", par(justify: false, leading: 0.45em, data.title)))
#for line in data.subtitle [#text(fill: muted, line) #linebreak()]
#v(0.6em)
#outline(title: data.words.contents, depth: 2, indent: 1.2em)
#v(0.4em)
#for block in data.blocks { render(block) }
#if data.records > 0 { pdf.attach("records.jsonl", relationship: "data", mime-type: "application/jsonl", description: data.words.contents) }
`;
