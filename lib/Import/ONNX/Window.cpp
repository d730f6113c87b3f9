//===- Window.cpp - the window of a convolution or pooling -------------------------------------------===//

#include "Window.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble::onnx_import;

SmallVector<int64_t> nibble::onnx_import::getSpatialAttribute(Node &node, StringRef name, size_t count,
                                                              int64_t defaultValue, int64_t minimum) {
  // Far above any real model, and products with a size of a tensor (2^40 at most) do not overflow.
  constexpr int64_t maximum = 1 << 20;
  SmallVector<int64_t> values = node.getIntegers(name);
  if (values.empty())
    values.assign(count, defaultValue);
  if (values.size() != count) {
    (void)node.error("expected " + Twine(count) + " values in '" + name + "', got " + Twine(values.size()));
    values.assign(count, defaultValue);
  }
  for (int64_t value : values)
    if (value < minimum || value > maximum)
      (void)node.error("expected '" + name + "' of at least " + Twine(minimum) + ", got " + Twine(value));
  return values;
}

/// Splits what the output needs to be ceil(input / stride) large (auto_pad SAME_UPPER and SAME_LOWER).
static void padToSame(Window &window, ArrayRef<int64_t> inputSizes, bool isUpper) {
  for (size_t axis = 0; axis < inputSizes.size(); ++axis) {
    int64_t extent = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    int64_t outputSize = llvm::divideCeil(inputSizes[axis], window.strides[axis]);
    int64_t total = std::max<int64_t>(0, (outputSize - 1) * window.strides[axis] + extent - inputSizes[axis]);
    int64_t less = total / 2;
    window.low[axis] = isUpper ? less : total - less;
    window.high[axis] = total - window.low[axis];
  }
}

static void resolvePads(Node &node, Window &window, ArrayRef<int64_t> inputSizes) {
  size_t count = inputSizes.size();
  std::string autoPad = node.getString("auto_pad", "NOTSET");
  SmallVector<int64_t> pads = getSpatialAttribute(node, "pads", 2 * count, /*defaultValue=*/0, /*minimum=*/0);
  window.low.assign(count, 0);
  window.high.assign(count, 0);
  if (autoPad == "NOTSET" || autoPad.empty()) {
    window.low.assign(pads.begin(), pads.begin() + count);
    window.high.assign(pads.begin() + count, pads.end());
  } else if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    padToSame(window, inputSizes, autoPad == "SAME_UPPER");
  } else if (autoPad != "VALID") {
    (void)node.error("expected auto_pad of NOTSET, SAME_UPPER, SAME_LOWER or VALID, got '" + autoPad + "'");
  }
}

std::optional<Window> nibble::onnx_import::resolveWindow(Node &node, ArrayRef<int64_t> inputSizes,
                                                         ArrayRef<int64_t> kernel) {
  size_t count = inputSizes.size();
  Window window;
  window.kernel.assign(kernel.begin(), kernel.end());
  window.strides = getSpatialAttribute(node, "strides", count, 1, 1);
  window.dilations = getSpatialAttribute(node, "dilations", count, 1, 1);
  if (node.failed())
    return std::nullopt;
  resolvePads(node, window, inputSizes);
  bool ceilMode = node.getInteger("ceil_mode", 0) != 0;
  for (size_t axis = 0; axis < count && !node.failed(); ++axis) {
    int64_t padded = inputSizes[axis] + window.low[axis] + window.high[axis];
    int64_t room = padded - (window.kernel[axis] - 1) * window.dilations[axis] - 1;
    if (room < 0) {
      (void)node.error("expected a window within " + Twine(padded) + " elements, padding included, got one of " +
                       Twine(padded - room));
      break;
    }
    int64_t stride = window.strides[axis];
    int64_t outputSize = (ceilMode ? llvm::divideCeil(room, stride) : room / stride) + 1;
    // A window must start inside the input or its first padding.
    if (ceilMode && (outputSize - 1) * stride >= inputSizes[axis] + window.low[axis])
      --outputSize;
    window.outputSizes.push_back(outputSize);
    window.extra.push_back(std::max<int64_t>(0, (outputSize - 1) * stride - room));
  }
  return node.failed() ? std::nullopt : std::optional(window);
}
