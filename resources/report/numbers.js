// Numbers for readers, as the window and the command line write them: three digits.

const MINUS = "\u2212";

/** A value in three digits, one below a thousandth as 1.4e-6. */
function valueText(value) {
  const sign = value < 0 ? MINUS : "";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3) {
    const [digits, power] = size.toExponential(1).split("e");
    return `${sign}${digits}e${Number(power)}`;
  }
  const tens = Number(size.toExponential(2).split("e")[1]);
  return sign + size.toFixed(Math.max(2 - tens, 0));
}

/** A share in percent, with one decimal. */
function shareText(share) {
  if (share === 0 || share === 1) return `${100 * share} %`;
  if (share > 0 && share < 1e-3) return "< 0.1 %";
  if (share > 1 - 1e-3 && share < 1) return "> 99.9 %";
  return `${(100 * share).toFixed(1)} %`.replace("-", MINUS);
}

/** A logit with its sign and two decimals. */
function signedText(value) {
  const digits = Math.abs(value).toFixed(2);
  if (Number(digits) === 0) return digits;
  return (value < 0 ? MINUS : "+") + digits;
}

/** A time as 0:01.900. */
function timeText(seconds) {
  const whole = Math.floor(seconds + 5e-4);
  const rest = Math.max(Math.round((seconds - whole) * 1000), 0);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const two = (number) => String(number).padStart(2, "0");
  const head = hours ? `${hours}:${two(minutes)}` : String(minutes);
  return `${head}:${two(whole % 60)}.${String(rest).padStart(3, "0")}`;
}
