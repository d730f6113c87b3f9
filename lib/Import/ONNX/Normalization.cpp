//===- Normalization.cpp - parts of the normalizing operators ----------------------------------------===//

#include "Normalization.h"

using namespace mlir;

namespace nibble::onnx_import {

Moments computeMoments(Node &node, const Tensor &input, ArrayRef<int64_t> axes, double epsilon, Center center) {
  Tensor wide = convert(node, input, getWideType(input));
  if (!wide)
    return {};
  double count = countReduced(wide, axes);
  Moments moments;
  SmallVector<Tensor> operands = {wide};
  if (center == Center::Mean) {
    moments.mean = compute(node, sumKeepingAxes(node, wide, axes), [&](Scalar sum) { return sum / count; });
    operands.push_back(moments.mean);
  }
  Tensor squares = reduceKeepingAxes(node, operands, axes, node.getZeroAttr(wide.getElementType()),
                                     [](ArrayRef<Scalar> x) {
                                       Scalar difference = x.size() == 3 ? x[0] - x[1] : x[0];
                                       return x.back() + difference * difference;
                                     });
  moments.inverseDeviation = compute(node, squares, [&](Scalar sum) { return 1 / sqrt(sum / count + epsilon); });
  return moments;
}

Tensor normalize(Node &node, const Tensor &input, const Moments &moments, const Tensor &scale, const Tensor &bias) {
  SmallVector<Tensor> operands = {input, moments.inverseDeviation};
  for (const Tensor &optional : {moments.mean, scale, bias})
    if (optional)
      operands.push_back(optional);
  for (const Tensor &operand : ArrayRef(operands).drop_front(2)) {
    auto shape = broadcastShapes(node, {input, operand});
    if (shape && ArrayRef(*shape) != input.getShape())
      (void)node.error("expected parameters that broadcast to " + formatShape(input.getShape()) + ", got " +
                       formatShape(operand.getShape()));
  }
  ElementType narrow = getElementType(input), wide = getWideType(input);
  return compute(node, operands, narrow, [&](ArrayRef<Scalar> x) {
    size_t next = 2;
    auto take = [&] { return x[next++].convertTo(wide); };
    Scalar value = x[0].convertTo(wide);
    if (moments.mean)
      value = value - take();
    value = value * x[1];
    if (scale)
      value = value * take();
    return (bias ? value + take() : value).convertTo(narrow);
  });
}

Tensor alongChannels(Node &node, const Tensor &parameter, const Tensor &input) {
  SmallVector<int64_t> shape(input.getRank() - 1, 1);
  shape.front() = input.getSize(1);
  return reshape(node, parameter, shape);
}

} // namespace nibble::onnx_import
