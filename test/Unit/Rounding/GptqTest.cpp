//===- GptqTest.cpp - the same weights as a solver that goes by the book, and less error than rounding to nearest ----===//

#include "nibble/Rounding/Gptq.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>
#include <vector>

using namespace nibble::rounding;
using Matrix = std::vector<std::vector<double>>;

/// Weights, and the triangle of the Gram matrix of random rows whose elements have much in common.
struct Case {
  size_t numRows, numColumns;
  std::vector<float> weights, gram;

  Case(size_t numRows, size_t numColumns, size_t numSamples, unsigned seed) : numRows(numRows), numColumns(numColumns) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (size_t i = 0; i < numRows * numColumns; ++i)
      weights.push_back(normal(random));
    Matrix samples(numSamples, std::vector<double>(numColumns));
    for (std::vector<double> &sample : samples) {
      double common = 2 * normal(random);
      for (size_t column = 0; column < numColumns; ++column)
        sample[column] = (common + normal(random)) * (1 + double(column % 5));
    }
    for (size_t i = 0; i < numColumns; ++i)
      for (size_t j = i; j < numColumns; ++j) {
        double sum = 0;
        for (const std::vector<double> &sample : samples)
          sum += sample[i] * sample[j];
        gram.push_back(static_cast<float>(sum));
      }
  }

  Matrix getGram() const {
    Matrix matrix(numColumns, std::vector<double>(numColumns));
    size_t next = 0;
    for (size_t i = 0; i < numColumns; ++i)
      for (size_t j = i; j < numColumns; ++j)
        matrix[i][j] = matrix[j][i] = gram[next++];
    return matrix;
  }

  std::vector<float> round(const GptqOptions &options) const {
    std::vector<float> rounded(weights.size());
    roundByGptq(weights, gram, options, [&](int64_t column, llvm::MutableArrayRef<float> values) {
      for (size_t row = 0; row < numRows; ++row)
        rounded[row * numColumns + column] = values[row] = std::nearbyint(values[row]);
    });
    return rounded;
  }

  double getError(const std::vector<float> &rounded) const {
    std::vector<float> errors;
    for (size_t i = 0; i < weights.size(); ++i)
      errors.push_back(weights[i] - rounded[i]);
    return getOutputError(errors, gram);
  }
};

/// The inverse, by elimination with the diagonal as pivots.
static Matrix invert(Matrix matrix) {
  size_t size = matrix.size();
  for (size_t i = 0; i < size; ++i) {
    matrix[i].resize(2 * size);
    matrix[i][size + i] = 1;
  }
  for (size_t pivot = 0; pivot < size; ++pivot)
    for (size_t row = 0; row < size; ++row) {
      double factor = row == pivot ? 1 - 1 / matrix[pivot][pivot] : matrix[row][pivot] / matrix[pivot][pivot];
      for (size_t column = 0; column < 2 * size; ++column)
        matrix[row][column] -= factor * matrix[pivot][column];
    }
  for (std::vector<double> &row : matrix)
    row.erase(row.begin(), row.begin() + size);
  return matrix;
}

/// Optimal Brain Quantization of one row in a fixed order (Frantar, Alistarh, 2022, equation 3): after each weight its row and column
/// leave the inverse.
static std::vector<float> roundRow(std::vector<double> row, Matrix inverse) {
  std::vector<float> rounded;
  for (size_t i = 0; i < row.size(); ++i) {
    rounded.push_back(std::nearbyint(static_cast<float>(row[i])));
    double error = (row[i] - rounded[i]) / inverse[i][i];
    for (size_t j = i; j < row.size(); ++j)
      row[j] -= error * inverse[i][j];
    Matrix before = inverse;
    for (size_t j = i + 1; j < row.size(); ++j)
      for (size_t k = i + 1; k < row.size(); ++k)
        inverse[j][k] -= before[j][i] * before[i][k] / before[i][i];
  }
  return rounded;
}

/// (S65)
TEST(Gptq, RoundsAsEliminationDoes) {
  Case data(6, 23, 40, 1);
  Matrix damped = data.getGram();
  double mean = 0;
  for (size_t i = 0; i < data.numColumns; ++i)
    mean += damped[i][i] / data.numColumns;
  for (size_t i = 0; i < data.numColumns; ++i)
    damped[i][i] += 0.01 * mean;
  std::vector<float> rounded = data.round({});
  for (size_t row = 0; row < data.numRows; ++row) {
    auto begin = data.weights.begin() + row * data.numColumns;
    std::vector<float> expected = roundRow({begin, begin + data.numColumns}, invert(damped));
    EXPECT_EQ(std::vector<float>(rounded.begin() + row * data.numColumns, rounded.begin() + (row + 1) * data.numColumns), expected);
  }
}

TEST(Gptq, BlocksOfColumnsChangeNothing) {
  Case data(5, 50, 80, 2);
  std::vector<float> whole = data.round({});
  for (int64_t blockSize : {1, 7, 16, 50})
    EXPECT_EQ(data.round({0.01, blockSize, false}), whole);
}

TEST(Gptq, ErrsLessThanTheNearest) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    Case data(8, 64, 200, seed);
    std::vector<float> nearest;
    for (float weight : data.weights)
      nearest.push_back(std::nearbyint(weight));
    double error = data.getError(nearest);
    EXPECT_LT(data.getError(data.round({})), 0.7 * error);
    EXPECT_LT(data.getError(data.round({0.01, 128, true})), 0.7 * error);
  }
}

/// (S67)
TEST(Gptq, WithoutDataEachIsTheNearest) {
  Case data(3, 9, 0, 3);
  std::vector<float> rounded = data.round({});
  for (size_t i = 0; i < rounded.size(); ++i)
    EXPECT_EQ(rounded[i], std::nearbyint(data.weights[i]));
}

/// Fewer samples than columns, and no damping: the matrix has no inverse.
TEST(Gptq, SingularDataIsDamped) {
  Case data(3, 30, 4, 4);
  for (float weight : data.round({0, 128, false}))
    EXPECT_TRUE(std::isfinite(weight));
}

/// (S66)
TEST(Gptq, ColumnsGoInOrderOfActivity) {
  std::vector<float> gram = {1, 0, 0, 9, 0, 4}, weights = {0.5, 0.5, 0.5};
  std::vector<int64_t> order;
  roundByGptq(weights, gram, {0.01, 128, true},
              [&](int64_t column, llvm::MutableArrayRef<float>) { order.push_back(column); });
  EXPECT_EQ(order, (std::vector<int64_t>{1, 2, 0}));
}

/// e = [1, 2]: 1 * 3 + 2 * (1 * 2 * 0.5) + 4 * 5.
TEST(Gptq, OutputErrorsAreQuadratic) {
  EXPECT_EQ(getOutputError({1, 2}, {3, 0.5, 5}), 25);
  EXPECT_EQ(getOutputError({1, 2, 1, 0}, {3, 0.5, 5}), 28);
}
