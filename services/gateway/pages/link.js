// Leaves fast: the page is replaced, so that the back button does not bring it back. Shift three times does the same.
"use strict";
const leave = document.getElementById("leave");
const go = () => { document.body.hidden = true; window.location.replace(leave.href); };
leave.addEventListener("click", (event) => { event.preventDefault(); go(); });
let presses = 0;
let last = 0;
document.addEventListener("keyup", (event) => {
  if (event.key !== "Shift") { presses = 0; return; }
  presses = event.timeStamp - last < 5000 ? presses + 1 : 1;
  last = event.timeStamp;
  if (presses === 3) { go(); }
});
