//===- Einsum.cpp - sums of products by index notation -----------------------------------------------===//
//
// Operands are combined from left to right: two at a time as a matrix product, whose rows, columns and inner dimension are the
// labels of the left one, of the right one, and of both that nothing behind them asks for.
//
//===----------------------------------------------------------------------------------------------===//

#include "Linear.h"
#include "Operators.h"
#include "Reductions.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// A label is a letter, or a negative number for the dimensions that an ellipsis stands for, the last of which is -1.
using Labels = SmallVector<int64_t>;

namespace {
struct Operand {
  Tensor tensor;
  Labels labels;
};

class Einsum {
public:
  explicit Einsum(Node &node) : node(node) {}
  LogicalResult run(StringRef equation);

private:
  LogicalResult parseOperands(ArrayRef<StringRef> terms);
  std::optional<Labels> parseTerm(StringRef term, int64_t ellipsisRank);
  LogicalResult defineSize(int64_t label, int64_t size, bool broadcasts);
  Labels chooseResult() const;
  std::optional<Labels> parseResult(StringRef term);

  Operand takeDiagonal(const Operand &operand);
  Operand dropBroadcast(const Operand &operand);
  Operand sumOut(const Operand &operand, function_ref<bool(int64_t)> isKept);
  Tensor arrange(const Operand &operand, ArrayRef<int64_t> labels);
  Operand combine(const Operand &lhs, const Operand &rhs, function_ref<bool(int64_t)> isKept);
  Operand multiplyElements(const Operand &lhs, const Operand &rhs, const Labels &labels);
  SmallVector<int64_t> getSizes(ArrayRef<int64_t> labels) const {
    return llvm::map_to_vector(labels, [&](int64_t label) { return sizes.lookup(label); });
  }

  Node &node;
  SmallVector<Operand> operands;
  llvm::SmallDenseMap<int64_t, int64_t> sizes;
  int64_t ellipsisRank = 0;
};
} // namespace

//===----------------------------------------------------------------------------------------------===//
// The equation
//===----------------------------------------------------------------------------------------------===//

std::optional<Labels> Einsum::parseTerm(StringRef term, int64_t rankOfEllipsis) {
  Labels labels;
  bool hasEllipsis = false;
  while (!term.empty()) {
    if (!hasEllipsis && term.consume_front("...")) {
      hasEllipsis = true;
      llvm::append_range(labels, llvm::seq(-rankOfEllipsis, int64_t(0)));
      continue;
    }
    if (!llvm::isAlpha(term.front())) {
      (void)node.error("expected letters and one ellipsis in a term of the equation, got '" + term + "'");
      return std::nullopt;
    }
    labels.push_back(term.front());
    term = term.drop_front();
  }
  return labels;
}

LogicalResult Einsum::defineSize(int64_t label, int64_t size, bool broadcasts) {
  auto [it, isNew] = sizes.try_emplace(label, size);
  if (isNew || it->second == size || (broadcasts && size == 1))
    return success();
  if (!broadcasts || it->second != 1)
    return node.error("expected one size for each label, got " + Twine(it->second) + " and " + Twine(size));
  it->second = size;
  return success();
}

LogicalResult Einsum::parseOperands(ArrayRef<StringRef> terms) {
  if (terms.size() != node.getNumInputs())
    return node.error("expected " + Twine(terms.size()) + " inputs as in the equation, got " +
                      Twine(node.getNumInputs()));
  for (auto [term, input] : llvm::zip_equal(terms, node.getInputs())) {
    int64_t numLetters = llvm::count_if(term, llvm::isAlpha), rank = input.getRank();
    bool hasEllipsis = term.contains("...");
    if (hasEllipsis ? numLetters > rank : numLetters != rank)
      return node.error("expected an input of rank " + Twine(numLetters) + " for '" + term + "', got " +
                        formatShape(input.getShape()));
    std::optional<Labels> labels = parseTerm(term, rank - numLetters);
    if (!labels)
      return failure();
    if (hasEllipsis)
      ellipsisRank = std::max(ellipsisRank, rank - numLetters);
    for (auto [label, size] : llvm::zip_equal(*labels, input.getShape()))
      if (failed(defineSize(label, size, /*broadcasts=*/label < 0)))
        return failure();
    operands.push_back({input, *labels});
  }
  return success();
}

/// Without an arrow: the ellipsis, then the letters that appear once, in alphabetical order.
Labels Einsum::chooseResult() const {
  llvm::SmallDenseMap<int64_t, int> uses;
  for (const Operand &operand : operands)
    for (int64_t label : operand.labels)
      ++uses[label];
  Labels labels;
  for (auto [label, count] : uses)
    if (label < 0 || count == 1)
      labels.push_back(label);
  llvm::sort(labels);
  return labels;
}

std::optional<Labels> Einsum::parseResult(StringRef term) {
  std::optional<Labels> labels = parseTerm(term, ellipsisRank);
  if (!labels)
    return std::nullopt;
  llvm::SmallDenseSet<int64_t> seen;
  for (int64_t label : *labels)
    if (!sizes.contains(label) || !seen.insert(label).second) {
      (void)node.error("expected labels of the inputs, each once, in the result of the equation, got '" + term + "'");
      return std::nullopt;
    }
  return labels;
}

//===----------------------------------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------------------------------===//

/// A label that is given twice stands for the diagonal.
Operand Einsum::takeDiagonal(const Operand &operand) {
  llvm::SmallSetVector<int64_t, 8> distinct(operand.labels.begin(), operand.labels.end());
  if (distinct.size() == operand.labels.size())
    return operand;
  Labels labels(distinct.begin(), distinct.end());
  Tensor diagonal = gather(node, operand.tensor, getSizes(labels), [&](ImplicitLocOpBuilder &, ValueRange index) {
    return llvm::map_to_vector(operand.labels, [&](int64_t label) { return index[llvm::find(labels, label) - labels.begin()]; });
  });
  return {diagonal, labels};
}

/// Sizes of 1 that are broadcast do not take part.
Operand Einsum::dropBroadcast(const Operand &operand) {
  Operand kept;
  SmallVector<int64_t> shape;
  for (auto [label, size] : llvm::zip_equal(operand.labels, operand.tensor.getShape())) {
    if (size == 1 && sizes.lookup(label) != 1)
      continue;
    kept.labels.push_back(label);
    shape.push_back(size);
  }
  kept.tensor = reshape(node, operand.tensor, shape);
  return kept;
}

Operand Einsum::sumOut(const Operand &operand, function_ref<bool(int64_t)> isKept) {
  Operand kept;
  SmallVector<int64_t> axes;
  for (auto [axis, label] : llvm::enumerate(operand.labels)) {
    if (isKept(label))
      kept.labels.push_back(label);
    else
      axes.push_back(static_cast<int64_t>(axis));
  }
  if (axes.empty() || !operand.tensor)
    return operand;
  ElementType type = getElementType(operand.tensor), wide = isFloat(operand.tensor) ? getWideType(operand.tensor) : type;
  Tensor sum = sumKeepingAxes(node, convert(node, operand.tensor, wide), axes);
  kept.tensor = convert(node, reshape(node, sum, getSizes(kept.labels)), type);
  return kept;
}

/// The operand with its dimensions in the order of `labels`.
Tensor Einsum::arrange(const Operand &operand, ArrayRef<int64_t> labels) {
  return transpose(node, operand.tensor, llvm::map_to_vector(labels, [&](int64_t label) -> int64_t {
    return llvm::find(operand.labels, label) - operand.labels.begin();
  }));
}

//===----------------------------------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------------------------------===//

Operand Einsum::multiplyElements(const Operand &lhs, const Operand &rhs, const Labels &labels) {
  auto findDims = [&](const Operand &operand) {
    return llvm::map_to_vector(operand.labels, [&](int64_t label) -> int64_t {
      return llvm::find(labels, label) - labels.begin();
    });
  };
  SmallVector<Tensor> tensors = {lhs.tensor, rhs.tensor};
  Tensor product = elementwiseAlong(node, tensors, {findDims(lhs), findDims(rhs)}, getSizes(labels),
                                    lhs.tensor.getElementType(), [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
                                      return (Scalar(b, arguments[0]) * Scalar(b, arguments[1])).getValue();
                                    });
  return {product, labels};
}

Operand Einsum::combine(const Operand &left, const Operand &right, function_ref<bool(int64_t)> isKept) {
  auto has = [](const Operand &operand, int64_t label) { return llvm::is_contained(operand.labels, label); };
  Operand lhs = sumOut(left, [&](int64_t label) { return isKept(label) || has(right, label); });
  Operand rhs = sumOut(right, [&](int64_t label) { return isKept(label) || has(left, label); });
  if (!lhs.tensor || !rhs.tensor)
    return {};
  Labels batch, rows, columns, inner;
  for (int64_t label : lhs.labels)
    (!has(rhs, label) ? rows : isKept(label) ? batch : inner).push_back(label);
  llvm::copy_if(rhs.labels, std::back_inserter(columns), [&](int64_t label) { return !has(lhs, label); });
  Labels all = llvm::to_vector(llvm::concat<int64_t>(batch, rows, columns));
  if (inner.empty())
    return multiplyElements(lhs, rhs, all);

  Tensor lhsTensor = arrange(lhs, llvm::to_vector(llvm::concat<int64_t>(batch, rows, inner)));
  Tensor rhsTensor = arrange(rhs, llvm::to_vector(llvm::concat<int64_t>(batch, inner, columns)));
  auto count = [&](const Labels &labels) { return product(getSizes(labels)); };
  SmallVector<int64_t> lhsShape = {count(rows), count(inner)}, rhsShape = {count(inner), count(columns)};
  if (!batch.empty()) {
    lhsShape.insert(lhsShape.begin(), count(batch));
    rhsShape.insert(rhsShape.begin(), count(batch));
  }
  Tensor result = multiplyMatrices(node, reshape(node, lhsTensor, lhsShape), reshape(node, rhsTensor, rhsShape));
  return {reshape(node, result, getSizes(all)), all};
}

LogicalResult Einsum::run(StringRef equation) {
  auto [inputs, result] = equation.split("->");
  SmallVector<StringRef> terms;
  inputs.split(terms, ',');
  if (failed(parseOperands(terms)))
    return failure();
  bool isExplicit = equation.contains("->");
  std::optional<Labels> resultLabels = isExplicit ? parseResult(result) : chooseResult();
  if (!resultLabels)
    return failure();

  SmallVector<Operand> pending =
      llvm::map_to_vector(operands, [&](const Operand &operand) { return dropBroadcast(takeDiagonal(operand)); });
  Operand product = pending.front();
  for (size_t index = 1; index < pending.size(); ++index)
    product = combine(product, pending[index], [&](int64_t label) {
      return llvm::is_contained(*resultLabels, label) ||
             llvm::any_of(ArrayRef(pending).drop_front(index + 1),
                          [&](const Operand &later) { return llvm::is_contained(later.labels, label); });
    });
  product = sumOut(product, [&](int64_t label) { return llvm::is_contained(*resultLabels, label); });
  return product.tensor ? node.setResult(arrange(product, *resultLabels)) : failure();
}

LogicalResult nibble::onnx_import::importEinsum(Node &node) {
  std::string equation = node.getString("equation", "");
  llvm::erase(equation, ' ');
  if (failed(checkNumbers(node)) || llvm::any_of(node.getInputs(), [](const Tensor &input) { return !input; }))
    return node.error("expected inputs");
  return Einsum(node).run(equation);
}
