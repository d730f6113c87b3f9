//===- Cases.h - operators to measure -----------------------------------------------------------------===//
//
// Matrix products and convolutions of real networks, under the names that benchmarks of other libraries use for them:
//
//   matmul/u8s8/MxNxK    rows x columns x reduction; u8s8, s8s8 or f32, or the input and a filter of codes: u8-s4g32
//   gemv/u8-s4g32/NxK    a matrix times a vector, with the matrix cold in the caches
//   conv/HxWxC-OkKsS     input x channels - results, kernel size, stride; +sum: with a residual addition
//   dw/HxWxCkKsS         depthwise
//
// The signed inputs of s8s8 are made unsigned in front of the kernel: these are measured as whole programs, with that. Quantized ones have one weight scale for each channel, a bias, a ReLU and 8-bit results. Filters of codes (s4g32: codes of 4 bits, groups
// of 32 with f16 scales) have f32 results.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TOOLS_NIBBLE_BENCH_CASES_H
#define NIBBLE_TOOLS_NIBBLE_BENCH_CASES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <cstdint>
#include <string>
#include <vector>

namespace nibble {

struct BenchCase {
  std::string name;
  bool isFloat = false, isSigned = false, isDepthwise = false, hasResidual = false;
  /// Whether each run reads a copy of the filter that is not in the caches.
  bool isCold = false;
  /// Whether more than one kernel does the work.
  bool isProgram = false;
  /// Codes that are decoded: the inside of a #nibble.scheme on rows; empty for others.
  std::string codes;
  /// A matrix product is a convolution of one row of pixels with a kernel of one pixel.
  int64_t rows = 1, cols = 1, inputChannels = 1, outputChannels = 1, kernel = 1, stride = 1;

  int64_t getResultRows() const { return (rows + stride - 1) / stride; }
  int64_t getResultCols() const { return (cols + stride - 1) / stride; }
  /// Input with its halo.
  int64_t getPaddedRows() const { return (getResultRows() - 1) * stride + kernel; }
  int64_t getPaddedCols() const { return (getResultCols() - 1) * stride + kernel; }
  /// A product and its addition are two; products with padding are not counted.
  double getNumOperations() const;
};

std::vector<BenchCase> getBenchCases();

/// A module with a launch of the case's kernel on buffers: input, filter, bias, scale, residual, result. The filter's buffer has
/// room for the packing of any target.
mlir::OwningOpRef<mlir::ModuleOp> buildKernelModule(mlir::MLIRContext &context, const BenchCase &benchCase);

/// The same for cases that are measured as a program: a module in the form after phase fuse, of one matrix product with a constant filter.
mlir::OwningOpRef<mlir::ModuleOp> buildProgramModule(mlir::MLIRContext &context, const BenchCase &benchCase);

/// Sizes in bytes of the launch's buffers.
std::vector<int64_t> getBufferSizes(const BenchCase &benchCase);

} // namespace nibble

#endif // NIBBLE_TOOLS_NIBBLE_BENCH_CASES_H
