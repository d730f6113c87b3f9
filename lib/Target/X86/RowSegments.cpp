//===- RowSegments.cpp - rows of results that skip the same padding -----------------------------------===//

#include "RowSegments.h"
#include <algorithm>

using namespace nibble;
using namespace nibble::x86;

/// The segment of one row.
static RowSegment getSegment(const ContractionShape &shape, int64_t row) {
  int64_t numRead = (shape.rows - 1) * shape.strideRows + (shape.kernelRows - 1) * shape.dilationRows + 1;
  auto isZero = [&](int64_t kernelRow) {
    int64_t inputRow = row * shape.strideRows + kernelRow * shape.dilationRows;
    return inputRow < shape.zeroRowsTop || inputRow >= numRead - shape.zeroRowsBottom;
  };
  int64_t first = 0, end = shape.kernelRows;
  while (first < end - 1 && isZero(first))
    ++first;
  while (end - 1 > first && isZero(end - 1))
    --end;
  return {row, 1, first, end - first};
}

llvm::SmallVector<RowSegment> x86::getRowSegments(const ContractionShape &shape, int64_t gridRows) {
  RowSegment whole = {0, gridRows, 0, shape.kernelRows};
  // Padding of signed codes is not zero as they are multiplied. Kernel rows of a filter of codes are not read by themselves.
  if (gridRows != shape.rows || shape.isInputSigned || shape.codes)
    return {whole};
  llvm::SmallVector<RowSegment> segments;
  int64_t saved = 0;
  for (int64_t row = 0; row < shape.rows; ++row) {
    RowSegment segment = getSegment(shape, row);
    saved += shape.kernelRows - segment.numKernelRows;
    if (!segments.empty() && segments.back().firstKernelRow == segment.firstKernelRow &&
        segments.back().numKernelRows == segment.numKernelRows)
      ++segments.back().numRows;
    else
      segments.push_back(segment);
  }
  // Tiles at the border are smaller, and every segment is code of its own.
  constexpr double minSaved = 0.01;
  if (saved < minSaved * static_cast<double>(shape.rows * shape.kernelRows))
    return {whole};
  return segments;
}
