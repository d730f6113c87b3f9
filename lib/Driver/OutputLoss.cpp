//===- OutputLoss.cpp - how far the outputs of one program are from those of another ---------------------------------------------===//

#include "OutputLoss.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <numeric>

using namespace nibble;
using llvm::ArrayRef;

void OutputLoss::add(ArrayRef<data::Array> exact, ArrayRef<data::Array> approximate, int64_t count) {
  for (auto [a, b] : llvm::zip_equal(exact, approximate))
    if (a.type.dtype == NIBBLE_F32)
      for (auto [x, y] : llvm::zip_equal(a.getElements<float>(), b.getElements<float>()))
        noise.add(x, y);
  numSamples += count;
  hasScores = hasScores && exact.size() == 1 && isScores(exact.front().type) && exact.front().type.shape.front() == count;
  if (!hasScores)
    return;
  ArrayRef<float> a = exact.front().getElements<float>(), b = approximate.front().getElements<float>();
  size_t size = a.size() / count;
  for (int64_t sample = 0; sample < count; ++sample)
    addScores(a.slice(sample * size, size), b.slice(sample * size, size));
}

/// Whether scores are probabilities already, up to the roundings of a softmax in float.
static bool isDistribution(ArrayRef<float> scores) {
  constexpr double tolerance = 1e-3;
  return llvm::all_of(scores, [](float score) { return score >= 0; }) &&
         std::abs(std::accumulate(scores.begin(), scores.end(), 0.0) - 1) < tolerance;
}

/// Natural logarithms of what scores say of the classes.
static std::vector<double> getLogarithms(ArrayRef<float> scores, bool areProbabilities) {
  // A class that codes call impossible is as unlikely as the least normal f32.
  constexpr double least = 1.17549435e-38;
  std::vector<double> logarithms;
  double largest = *std::max_element(scores.begin(), scores.end()), sum = 0;
  for (float score : scores)
    logarithms.push_back(areProbabilities ? std::log(std::max<double>(score, least)) : score - largest);
  for (double logarithm : logarithms)
    sum += std::exp(logarithm);
  for (double &logarithm : logarithms)
    logarithm -= std::log(sum);
  return logarithms;
}

void OutputLoss::addScores(ArrayRef<float> exact, ArrayRef<float> approximate) {
  bool areProbabilities = isDistribution(exact);
  std::vector<double> p = getLogarithms(exact, areProbabilities), q = getLogarithms(approximate, areProbabilities);
  double sum = 0;
  for (auto [a, b] : llvm::zip_equal(p, q))
    sum += std::exp(a) * (a - b);
  divergence += std::max(0.0, sum);
}

assignment::Loss OutputLoss::get() const {
  assignment::Loss loss{noise.getDecibel(), std::nullopt};
  if (hasScores && numSamples > 0)
    loss.kl = divergence / static_cast<double>(numSamples);
  return loss;
}
