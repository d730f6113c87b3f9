//===- ResizeAxis.cpp - which elements of an input a resized dimension takes -------------------------===//

#include "ResizeAxis.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

using namespace nibble::onnx_import;

std::optional<Coordinates> nibble::onnx_import::parseCoordinates(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<Coordinates>>(name)
      .Case("half_pixel", Coordinates::HalfPixel)
      .Case("half_pixel_symmetric", Coordinates::HalfPixelSymmetric)
      .Case("pytorch_half_pixel", Coordinates::PytorchHalfPixel)
      .Case("align_corners", Coordinates::AlignCorners)
      .Case("asymmetric", Coordinates::Asymmetric)
      .Case("tf_half_pixel_for_nn", Coordinates::TfHalfPixelForNn)
      .Case("tf_crop_and_resize", Coordinates::TfCropAndResize)
      .Default(std::nullopt);
}

std::optional<Nearest> nibble::onnx_import::parseNearest(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<Nearest>>(name)
      .Case("round_prefer_floor", Nearest::RoundPreferFloor)
      .Case("round_prefer_ceil", Nearest::RoundPreferCeil)
      .Case("floor", Nearest::Floor)
      .Case("ceil", Nearest::Ceil)
      .Default(std::nullopt);
}

double ResizeAxis::getSource(int64_t index, Coordinates coordinates) const {
  auto at = static_cast<double>(index), last = static_cast<double>(inputSize - 1);
  auto out = static_cast<double>(outputSize), in = static_cast<double>(inputSize);
  switch (coordinates) {
  case Coordinates::HalfPixel:
    return (at + 0.5) / scale - 0.5;
  case Coordinates::HalfPixelSymmetric:
    // What rounding took from the output size is missing at both ends.
    return in / 2 * (1 - out / (scale * in)) + (at + 0.5) / scale - 0.5;
  case Coordinates::PytorchHalfPixel:
    return outputSize > 1 ? (at + 0.5) / scale - 0.5 : 0;
  case Coordinates::AlignCorners:
    // The corner is that of the wanted size, which need not be whole.
    return scale * in != 1 ? at * last / (scale * in - 1) : 0;
  case Coordinates::Asymmetric:
    return at / scale;
  case Coordinates::TfHalfPixelForNn:
    return (at + 0.5) / scale;
  case Coordinates::TfCropAndResize:
    return outputSize > 1 ? last * (cropStart + at * (cropEnd - cropStart) / (out - 1))
                          : 0.5 * (cropStart + cropEnd) * last;
  }
  return 0;
}

llvm::SmallVector<int64_t> nibble::onnx_import::getNearest(const ResizeAxis &axis, Coordinates coordinates,
                                                           Nearest nearest) {
  llvm::SmallVector<int64_t> positions;
  for (int64_t index : llvm::seq(axis.outputSize)) {
    // As f32, so that a scale of the file that is a rounded 1/3 still gives the whole numbers that it stands for.
    double source = static_cast<float>(axis.getSource(index, coordinates)), rounded = 0;
    switch (nearest) {
    case Nearest::RoundPreferFloor: rounded = std::ceil(source - 0.5); break;
    case Nearest::RoundPreferCeil: rounded = std::floor(source + 0.5); break;
    case Nearest::Floor: rounded = std::floor(source); break;
    case Nearest::Ceil: rounded = std::ceil(source); break;
    }
    positions.push_back(static_cast<int64_t>(std::clamp<double>(rounded, 0, static_cast<double>(axis.inputSize - 1))));
  }
  return positions;
}

/// The weight of an element at that distance, which is positive.
static double getWeight(double distance, const Interpolation &interpolation) {
  if (!interpolation.isCubic)
    return std::max(0.0, 1 - distance);
  // R. Keys, Cubic convolution interpolation for digital image processing, 1981.
  double a = interpolation.cubicCoefficient, d = distance;
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/// The weights of the elements around `source`, which add up to 1.
static std::map<int64_t, double> getRow(double source, const ResizeAxis &axis, const Interpolation &interpolation) {
  double scale = interpolation.antialias ? std::min(axis.scale, 1.0) : 1.0;
  double reach = (interpolation.isCubic ? 2 : 1) / scale, sum = 0;
  std::map<int64_t, double> row;
  auto last = static_cast<int64_t>(std::floor(source + reach));
  for (auto position = static_cast<int64_t>(std::ceil(source - reach)); position <= last; ++position) {
    double weight = getWeight(std::abs(static_cast<double>(position) - source) * scale, interpolation);
    int64_t inside = std::clamp<int64_t>(position, 0, axis.inputSize - 1);
    if (weight == 0 || (interpolation.excludeOutside && inside != position))
      continue;
    row[inside] += weight;
    sum += weight;
  }
  for (auto &[position, weight] : row)
    weight /= sum;
  return row;
}

Taps nibble::onnx_import::getTaps(const ResizeAxis &axis, Coordinates coordinates,
                                  const Interpolation &interpolation) {
  std::vector<std::map<int64_t, double>> rows;
  Taps taps;
  for (int64_t index : llvm::seq(axis.outputSize)) {
    // Far outside there is nothing but the border; see ResizeAxis::getSource.
    double source = std::clamp<double>(axis.getSource(index, coordinates), -2.0, static_cast<double>(axis.inputSize) + 1);
    rows.push_back(getRow(source, axis, interpolation));
    taps.count = std::max<int64_t>(taps.count, static_cast<int64_t>(rows.back().size()));
  }
  for (const auto &row : rows) {
    for (auto [position, weight] : row) {
      taps.positions.push_back(position);
      taps.weights.push_back(weight);
    }
    taps.positions.append(taps.count - static_cast<int64_t>(row.size()), 0);
    taps.weights.append(taps.count - static_cast<int64_t>(row.size()), 0);
  }
  return taps;
}

bool Taps::isIdentity(int64_t inputSize) const {
  return count == 1 && llvm::equal(positions, llvm::seq(inputSize)) &&
         llvm::all_of(weights, [](double weight) { return weight == 1; });
}
