nibble.scheme @ternary <u2, block = [64], scale = [f16], radix = 3> scale_by squared_error
  encode {
  ^bb0(%value: f32, %scale: f32):
    %half = arith.constant 0.5 : f32
    %minus_half = arith.constant -0.5 : f32
    %quotient = arith.divf %value, %scale : f32
    %is_high = arith.cmpf ogt, %quotient, %half : f32
    %is_not_low = arith.cmpf oge, %quotient, %minus_half : f32
    %high = arith.extui %is_high : i1 to i32
    %not_low = arith.extui %is_not_low : i1 to i32
    %code = arith.addi %high, %not_low : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %one = arith.constant 1 : i32
    %level = arith.subi %code, %one : i32
    %real = arith.sitofp %level : i32 to f32
    %value = arith.mulf %real, %scale : f32
    nibble.yield %value : f32
  }
