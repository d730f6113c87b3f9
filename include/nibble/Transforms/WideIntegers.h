//===- WideIntegers.h - scalar arithmetic of 64 bits, emitted ---------------------------------------------===//
//
// What fixed-point requantization is written in (Numerics/FixedPoint.h): for codes of up to 32 bits no step overflows. Constants fold.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_WIDEINTEGERS_H
#define NIBBLE_TRANSFORMS_WIDEINTEGERS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace nibble {

/// Emits ops on i64 at one place.
class WideIntegers {
public:
  WideIntegers(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  mlir::Value constant(int64_t value) {
    return mlir::arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(value));
  }
  template <typename Op> mlir::Value create(mlir::Value a, mlir::Value b) { return builder.createOrFold<Op>(loc, a, b); }
  mlir::Value add(mlir::Value a, mlir::Value b) { return create<mlir::arith::AddIOp>(a, b); }
  mlir::Value subtract(mlir::Value a, mlir::Value b) { return create<mlir::arith::SubIOp>(a, b); }
  mlir::Value multiply(mlir::Value a, mlir::Value b) { return create<mlir::arith::MulIOp>(a, b); }

  mlir::Value widen(mlir::Value value, bool isUnsigned) {
    mlir::Type i64 = builder.getI64Type();
    if (value.getType() == i64)
      return value;
    return isUnsigned ? builder.createOrFold<mlir::arith::ExtUIOp>(loc, i64, value)
                      : builder.createOrFold<mlir::arith::ExtSIOp>(loc, i64, value);
  }
  /// The low 32 bits as a signed number.
  mlir::Value cutTo32Bits(mlir::Value value) {
    mlir::Value cut = builder.createOrFold<mlir::arith::TruncIOp>(loc, builder.getI32Type(), value);
    return builder.createOrFold<mlir::arith::ExtSIOp>(loc, builder.getI64Type(), cut);
  }
  mlir::Value selectIf(mlir::arith::CmpIPredicate predicate, mlir::Value a, mlir::Value bound, mlir::Value whenTrue,
                       mlir::Value otherwise) {
    mlir::Value condition = builder.createOrFold<mlir::arith::CmpIOp>(loc, predicate, a, bound);
    return builder.createOrFold<mlir::arith::SelectOp>(loc, condition, whenTrue, otherwise);
  }
  /// 2^(shift - 1): what is added in front of an arithmetic shift so that it rounds.
  mlir::Value half(mlir::Value shift) { return create<mlir::arith::ShLIOp>(constant(1), subtract(shift, constant(1))); }
  mlir::Value clamp(mlir::Value value, int64_t lo, int64_t hi) {
    return create<mlir::arith::MinSIOp>(create<mlir::arith::MaxSIOp>(value, constant(lo)), constant(hi));
  }

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace nibble

#endif // NIBBLE_TRANSFORMS_WIDEINTEGERS_H
