//===- GroupedMatrix.cpp - integer codes in groups of inputs, as GPTQ and AWQ have them -------------------===//

#include "GroupedMatrix.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

SchemeAttr GroupedMatrix::getScheme(Type scaleType) const {
  std::string codec = "u" + std::to_string(numBits);
  return SchemeAttr::get(scaleType.getContext(), codec, /*narrowRange=*/false, {1, groupSize}, scaleType,
                         ZeroPointKind::Integer, RoundingMode::HalfToEven);
}

reference::Tensor GroupedMatrix::createCodes(SchemeAttr scheme) const {
  return *reference::Tensor::create(scheme.getStorageElementType(), scheme.getStorageShape(getShape()));
}

reference::Tensor GroupedMatrix::packCodes(SchemeAttr scheme, ArrayRef<int64_t> columns,
                                           function_ref<uint32_t(int64_t, int64_t)> getCode) const {
  reference::Tensor codes = createCodes(scheme);
  CodeWriter writer(codes.getMutableData(), numBits);
  for (int64_t output = 0; output < numOutputs; ++output, writer.endRow())
    for (int64_t place = 0; place < numInputs; ++place)
      writer.put(getCode(output, columns.empty() ? place : columns[place]));
  return codes;
}

reference::Tensor GroupedMatrix::makeZeroPoints(MLIRContext *context,
                                                function_ref<uint32_t(int64_t, int64_t)> getZero) const {
  reference::Tensor zeros = *reference::Tensor::create(IntegerType::get(context, 32), {numOutputs, numGroups});
  int32_t *next = zeros.getMutableElements<int32_t>().data();
  for (int64_t output = 0; output < numOutputs; ++output)
    for (int64_t group = 0; group < numGroups; ++group)
      *next++ = static_cast<int32_t>(getZero(output, group));
  return zeros;
}

std::optional<int64_t> nibble::checkpoint::findGroupSize(CheckpointReader &reader, const StoredTensor &tensor,
                                                         int64_t numInputs, int64_t numGroups) {
  std::optional<int64_t> given = reader.getConfiguration(tensor).groupSize;
  if (!given && numInputs % numGroups == 0)
    return numInputs / numGroups;
  if (!given) {
    reader.addProblem(tensor, Twine(numGroups) + " groups do not divide its " + Twine(numInputs) + " inputs");
    return std::nullopt;
  }
  int64_t size = *given > 0 ? *given : numInputs, expected = llvm::divideCeil(numInputs, size);
  if (expected == numGroups)
    return size;
  reader.addProblem(tensor, "expected " + Twine(expected) + " groups of " + Twine(size) + " for " + Twine(numInputs) +
                                " inputs, got " + Twine(numGroups));
  return std::nullopt;
}

llvm::Expected<SmallVector<int64_t>> nibble::checkpoint::orderByGroup(ArrayRef<int32_t> groups, int64_t groupSize) {
  SmallVector<int64_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](int64_t a, int64_t b) { return groups[a] < groups[b]; });
  for (auto [place, input] : llvm::enumerate(order))
    if (groups[input] != static_cast<int64_t>(place) / groupSize)
      return llvm::createStringError("expected " + Twine(groupSize) + " inputs in each group, got others in group " +
                                     Twine(groups[input]));
  return llvm::is_sorted(order) ? SmallVector<int64_t>() : order;
}
