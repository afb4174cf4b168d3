"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const reach = Math.max(2, ...data.recordings.flatMap((each) => each.curve.map(Math.abs)));
  const time = data.recordings[0].curve.map((_, i, all) => (100 * i) / (all.length - 1));

  function layout(width) {
    const axis = { fixedrange: true, gridcolor: color("grid"), zerolinecolor: color("line"), ticks: "" };
    return {
      width, height: 230, margin: { l: 34, r: 24, t: 8, b: 34 }, showlegend: false, hovermode: "closest",
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: color("muted") },
      hoverlabel: { bgcolor: color("card"), bordercolor: color("line"), font: { color: color("ink") } },
      xaxis: { ...axis, range: [0, 100], tickvals: [0, 25, 50, 75, 100],
        ticktext: ["0", "25", "50", "75", "100 %"], showgrid: false },
      yaxis: { ...axis, range: [-1.05 * reach, 1.05 * reach], nticks: 5 },
    };
  }

  function traces(family) {
    const members = data.recordings.filter((each) => each.family === family.family);
    const base = { type: "scatter", mode: "lines", x: time };
    // A name may look like markup, which Plotly would take for such; the hover text must not.
    const named = (name) => ({ hovertext: name.replace(/&/g, "&amp;").replace(/</g, "&lt;"), hoverinfo: "text" });
    const thin = members.filter((each) => each.recording !== family.medoid).map((each) => (
      { ...base, ...named(each.recording), y: each.curve, opacity: 0.55, line: { width: 1, color: color("muted") } }));
    const medoid = members.find((each) => each.recording === family.medoid);
    return [
      ...thin,
      { ...base, hoverinfo: "skip", y: family.mean, line: { width: 1.8, dash: "dash", color: color("ink") } },
      { ...base, ...named(family.medoid), y: medoid.curve, line: { width: 3.2, color: color("accent") } },
    ];
  }

  function draw() {
    for (const family of data.families) {
      const chart = document.getElementById(`family-${family.family}`);
      Plotly.react(chart, traces(family), layout(chart.parentElement.clientWidth), { displayModeBar: false });
    }
  }

  let pending = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  }).observe(document.querySelector(".families"));
  dark.addEventListener("change", draw);
  for (const [name, paper] of [["beforeprint", true], ["afterprint", false]]) {
    window.addEventListener(name, () => {
      document.documentElement.classList.toggle("paper", paper);
      draw();
    });
  }
  draw();
})();
