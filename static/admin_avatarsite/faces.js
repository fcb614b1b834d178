// Shows the picture of the face that is chosen in a select with data-faces.
"use strict";

function showFace(select) {
  const picture = select.parentElement.querySelector("img.face-large");
  const option = select.selectedOptions[0];
  const url = option ? option.dataset.face : undefined;
  picture.hidden = !url;
  if (url) {
    picture.src = url;
    picture.alt = "The chosen face: " + option.textContent.trim();
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const select of document.querySelectorAll("select[data-faces]")) {
    showFace(select);
    // The admin's popups announce a choice through jQuery alone, which native listeners do not hear.
    window.django.jQuery(select).on("change", () => showFace(select));
  }
});
