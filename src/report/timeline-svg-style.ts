/**
 * How the drawing of a timeline looks on a light page and on a dark one. Plain declarations only: some viewers know neither
 * variables nor functions.
 */
export const STYLE_SHEET = `<style>
text { font-size: 13px; fill: #1f2328; }
.name { font-size: 20px; font-weight: 650; }
.label { font-size: 13px; font-weight: 400; }
.title { font-size: 14px; font-weight: 600; }
.note { font-size: 12px; font-weight: 400; }
.tick, .key { font-size: 12px; }
.soft { fill: #59636e; }
.warning { fill: #9a3412; font-weight: 600; }
.page { fill: #ffffff; stroke: #d1d9e0; }
.lane { fill: #f3f5f8; }
.grid { stroke: #d1d9e0; stroke-width: 1; fill: none; }
.running { fill: #4493f8; }
.waiting { stroke: #bf8700; stroke-width: 3; stroke-dasharray: 3 3; fill: none; }
.down { stroke: #afb8c1; stroke-width: 1.5; fill: none; }
.good { fill: #1a7f37; }
.bad { fill: #cf222e; }
.crash { fill: #8250df; }
.sign { stroke: #ffffff; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; fill: none; }
.slice { stroke: none; }
.slice.waiting { fill: #e8c56b; }
.slice.down { fill: #d1d9e0; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.soft { fill: #9198a1; }
.warning { fill: #ffa657; }
.page { fill: #0d1117; stroke: #3d444d; }
.lane { fill: #161b22; }
.grid { stroke: #30363d; }
.running { fill: #1f6feb; }
.waiting { stroke: #d29922; }
.down { stroke: #656c76; }
.good { fill: #2ea043; }
.bad { fill: #f85149; }
.crash { fill: #a371f7; }
.slice { stroke: none; }
.slice.waiting { fill: #9e6a03; }
.slice.down { fill: #3d444d; }
}
</style>`;
