//===- Gptq.cpp - rounding weights so that their errors cancel in the sums they are part of ----------===//

#include "nibble/Rounding/Gptq.h"
#include "llvm/ADT/STLExtras.h"
#include <Eigen/Cholesky>
#include <cmath>
#include <numeric>

using namespace llvm;
using namespace nibble::rounding;
using Eigen::Index;
using Eigen::MatrixXd;

/// Rows one after the other, as callers have them.
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The number of columns of a symmetric matrix whose upper triangle has `size` elements.
static Index getNumColumns(size_t size) { return static_cast<Index>((std::sqrt(8.0 * double(size) + 1) - 1) / 2 + 0.5); }

/// The symmetric matrix of an upper triangle, with its columns in another order.
static MatrixXd unpack(ArrayRef<float> triangle, ArrayRef<Index> order) {
  Index size = order.size();
  MatrixXd matrix(size, size);
  for (Index row = 0; row < size; ++row)
    for (Index column = 0; column < size; ++column) {
      Index first = std::min(order[row], order[column]), second = std::max(order[row], order[column]);
      matrix(row, column) = triangle[first * size - first * (first - 1) / 2 + second - first];
    }
  return matrix;
}

/// The order in which columns are rounded.
static SmallVector<Index> getOrder(ArrayRef<float> triangle, Index size, bool byActivity) {
  SmallVector<Index> order(size);
  std::iota(order.begin(), order.end(), 0);
  auto diagonal = [&](Index column) { return triangle[column * size - column * (column - 1) / 2]; };
  if (byActivity)
    llvm::stable_sort(order, [&](Index a, Index b) { return diagonal(a) > diagonal(b); });
  return order;
}

/// U, upper triangular, with U^T U = (G + damping)^-1. With rows and columns reversed, G = L L^T has the factor R = reverse(L) with G = R R^T
/// and R upper triangular, and U is R^-1: one factorization, and no inverse of G. More damping than asked for is taken where G
/// is singular but for rounding; a dominant diagonal ends that.
static MatrixXd factorInverse(const MatrixXd &gram, double damping) {
  double mean = gram.diagonal().mean(), added = mean == 0 ? 1.0 : damping * mean;
  while (true) {
    MatrixXd damped = gram.reverse();
    damped.diagonal().array() += added;
    Eigen::LLT<Eigen::Ref<MatrixXd>> cholesky(damped);
    if (cholesky.info() == Eigen::Success) {
      MatrixXd inverse = MatrixXd::Identity(gram.rows(), gram.cols());
      cholesky.matrixL().solveInPlace(inverse);
      return inverse.reverse();
    }
    added = std::max(2 * added, 0x1p-20 * mean);
  }
}

void nibble::rounding::roundByGptq(ArrayRef<float> floats, ArrayRef<float> gram, const GptqOptions &options, RoundColumn round) {
  Index size = getNumColumns(gram.size()), numRows = floats.size() / size;
  SmallVector<Index> order = getOrder(gram, size, options.inOrderOfActivity);
  MatrixXd upper = factorInverse(unpack(gram, order), options.damping), weights(numRows, size);
  for (Index column = 0; column < size; ++column)
    weights.col(column) = Eigen::Map<const Rows>(floats.data(), numRows, size).col(order[column]).cast<double>();

  Eigen::VectorXf rounded(numRows);
  for (Index begin = 0, end = 0; begin < size; begin = end) {
    end = std::min(begin + static_cast<Index>(options.blockSize), size);
    MatrixXd errors(numRows, end - begin);
    for (Index column = begin; column < end; ++column) {
      rounded = weights.col(column).cast<float>();
      round(order[column], MutableArrayRef<float>(rounded.data(), numRows));
      errors.col(column - begin) = (weights.col(column) - rounded.cast<double>()) / upper(column, column);
      Index rest = end - column - 1;
      weights.middleCols(column + 1, rest).noalias() -=
          errors.col(column - begin) * upper.row(column).segment(column + 1, rest);
    }
    weights.rightCols(size - end).noalias() -= errors * upper.block(begin, end, end - begin, size - end);
  }
}

double nibble::rounding::getOutputError(ArrayRef<float> floats, ArrayRef<float> gram) {
  Index size = getNumColumns(gram.size()), numRows = floats.size() / size;
  MatrixXd errors = Eigen::Map<const Rows>(floats.data(), numRows, size).cast<double>();
  return (errors * unpack(gram, getOrder(gram, size, false))).cwiseProduct(errors).sum();
}
