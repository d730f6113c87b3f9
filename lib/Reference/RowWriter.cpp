//===- RowWriter.cpp - rows of sums through an epilogue ---------------------------------------------===//

#include "RowWriter.h"
#include "llvm/ADT/STLExtras.h"
#include <limits>

using namespace mlir;
using namespace nibble;
using namespace nibble::reference;

/// An operand of the result's rank as if it had the result's shape.
static View broadcast(View operand, ArrayRef<int64_t> shape) {
  for (int64_t dim = 0; operand.getRank() > 1 && dim < operand.getRank(); ++dim) {
    if (operand.shape[dim] == 1)
      operand.strides[dim] = 0;
    operand.shape[dim] = shape[dim];
  }
  return operand;
}

FailureOr<RowWriter> RowWriter::create(ContractionOpInterface op, Frame &frame) {
  RowWriter writer(op);
  writer.result = frame.getView(op.getInit());
  FailureOr<Tensor> accumulators = frame.create(op, op.getAccumulatorType(), {writer.result.shape.back()});
  if (failed(accumulators))
    return failure();
  writer.accumulators = *accumulators;
  if (auto type = dyn_cast<RankedTensorType>(op.getInit().getType())) {
    FailureOr<Tensor> result = frame.create(op, type.getElementType(), writer.result.shape);
    if (failed(result))
      return failure();
    writer.result = result->getView();
    frame.set(op->getResult(0), *result);
  }
  for (Value operand : op.getEpilogueOperands())
    writer.operands.push_back(broadcast(frame.getView(operand), writer.result.shape));
  if (op.getEpilogue().empty())
    return writer;
  FailureOr<ScalarProgram> epilogue = ScalarProgram::compile(op.getEpilogue().front());
  if (failed(epilogue))
    return failure();
  writer.epilogue = std::make_unique<ScalarProgram>(std::move(*epilogue));
  writer.machine = std::make_unique<ScalarMachine>(frame.makeMachine(*writer.epilogue));
  return writer;
}

char *RowWriter::getRow(const View &view, int64_t position) {
  int64_t offset = 0;
  for (int64_t dim = view.getRank() - 2; dim >= 0; --dim) {
    offset += position % view.shape[dim] * view.strides[dim];
    position /= view.shape[dim];
  }
  return view.data + offset * getSizeInBytes(view.kind);
}

template <typename Sum>
LogicalResult RowWriter::write(int64_t position, ArrayRef<Sum> sums) {
  for (auto [channel, sum] : llvm::enumerate(sums)) {
    if constexpr (std::is_floating_point_v<Sum>) {
      accumulators.setFloat(channel, sum);
    } else if (accumulators.getKind() == ElementKind::I64) {
      accumulators.getMutableElements<int64_t>()[channel] = sum;
    } else {
      if (sum < std::numeric_limits<int32_t>::min() || sum > std::numeric_limits<int32_t>::max())
        return op->emitOpError() << "has the sum " << sum << " in channel " << channel << ", which overflows "
                                 << op.getAccumulatorType();
      accumulators.getMutableElements<int32_t>()[channel] = static_cast<int32_t>(sum);
    }
  }
  if (epilogue)
    return runEpilogue(position);
  View row = accumulators.getView();
  View target{getRow(result, position), result.kind, row.shape, {result.strides.back()}};
  copyElements(row, target);
  return success();
}

LogicalResult RowWriter::runEpilogue(int64_t position) {
  int64_t numChannels = result.shape.back();
  for (int64_t first = 0; first < numChannels; first += maxLanes) {
    int64_t numLanes = std::min(maxLanes, numChannels - first);
    auto load = [&](ScalarProgram::Port port, const char *row, int64_t stride) {
      machine->load(port, row + first * stride * getSizeInBytes(port.kind), stride, numLanes);
    };
    load(epilogue->inputs.front(), accumulators.getData(), 1);
    for (auto [port, view] : llvm::zip_equal(ArrayRef(epilogue->inputs).drop_front(), operands))
      load(port, view.getRank() > 1 ? getRow(view, position) : view.data, view.getRank() ? view.strides.back() : 0);
    if (failed(machine->run(numLanes)))
      return failure();
    int64_t stride = result.strides.back();
    machine->store(epilogue->outputs.front(), getRow(result, position) + first * stride * getSizeInBytes(result.kind),
                   stride, numLanes);
  }
  return success();
}

template LogicalResult RowWriter::write(int64_t position, ArrayRef<int64_t> sums);
template LogicalResult RowWriter::write(int64_t position, ArrayRef<float> sums);
template LogicalResult RowWriter::write(int64_t position, ArrayRef<double> sums);
