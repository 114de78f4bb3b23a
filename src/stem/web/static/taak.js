// The bar of one run.

import { follow } from "./voortgang.js";

follow(`/taken/${document.getElementById("taak").dataset.taak}.json`, 500);
