// Reads a code with the camera into the form of the check-in page and sends it.
// The markup is the macro `scan` of components.html; every sentence to show stands there, in the page's language.
"use strict";
(() => {
  const form = document.querySelector("form[data-scan]");
  if (!form || !navigator.mediaDevices) return;
  const part = (name) => form.querySelector(`[data-scan-${name}]`);
  const [input, start, video, say] = ["text", "start", "video", "say"].map(part);
  if (!input || !start || !video || !say) return;
  start.hidden = false;
  // One main action: with a camera it is the scan, and typing comes second.
  form.querySelector("button:not([type])")?.classList.add("secondary");

  const loadReader = () => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = form.dataset.reader;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });

  // The reader in the browser is faster; the one we bring works everywhere.
  const makeReader = async () => {
    if ("BarcodeDetector" in window) {
      const formats = await window.BarcodeDetector.getSupportedFormats();
      if (formats.includes("qr_code")) {
        const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
        return async () => (await detector.detect(video))[0]?.rawValue;
      }
    }
    await loadReader();
    const canvas = document.createElement("canvas");
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    return async () => {
      const scale = Math.min(1, 640 / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      brush.drawImage(video, 0, 0, canvas.width, canvas.height);
      const image = brush.getImageData(0, 0, canvas.width, canvas.height);
      return window.jsQR(image.data, image.width, image.height)?.data;
    };
  };

  const stop = () => {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    video.hidden = true;
    start.hidden = false;
  };

  start.addEventListener("click", async () => {
    start.hidden = true;
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      await video.play();
      const read = await makeReader();
      say.textContent = form.dataset.sayAim ?? "";
      const look = async () => {
        if (!video.srcObject) return;
        // A frame that cannot be read is skipped; the next one comes at once.
        const text = video.videoWidth > 0 ? await read().catch(() => undefined) : undefined;
        if (!text) {
          setTimeout(look, 150);
          return;
        }
        input.value = text;
        say.textContent = form.dataset.sayDone ?? "";
        stop();
        form.requestSubmit();
      };
      await look();
    } catch {
      stop();
      say.textContent = form.dataset.sayFail ?? "";
    }
  });
  window.addEventListener("pagehide", stop);
})();
