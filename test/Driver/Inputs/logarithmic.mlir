// Values are ±2^(maximum - place * step): the largest of a block, and seven smaller ones.
nibble.scheme @logarithmic <u4, block = [32], scale = [f16], zero_point = minimum>
  choose {
  ^bb0(%block: tensor<32xf32>):
    %tiny = arith.constant 1.0e-6 : f32
    %zero = tensor.from_elements %tiny : tensor<f32>
    %most = linalg.reduce ins(%block : tensor<32xf32>) outs(%zero : tensor<f32>) dimensions = [0]
      (%value: f32, %max: f32) {
        %magnitude = math.absf %value : f32
        %larger = arith.maximumf %magnitude, %max : f32
        linalg.yield %larger : f32
      }
    %largest = tensor.extract %most[] : tensor<f32>
    %maximum = math.log2 %largest : f32
    %step = arith.constant 0.75 : f32
    nibble.yield %step, %maximum : f32, f32
  } encode {
  ^bb0(%value: f32, %step: f32, %maximum: f32):
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.5 : f32
    %none = arith.constant 0 : i32
    %eight = arith.constant 8 : i32
    %magnitude = math.absf %value : f32
    %log = math.log2 %magnitude : f32
    %below = arith.subf %maximum, %log : f32
    %steps = arith.divf %below, %step : f32
    %top = arith.constant 7.0 : f32
    %bounded = arith.minimumf %steps, %top : f32
    %rounded = math.roundeven %bounded : f32
    %place = arith.fptosi %rounded : f32 to i32
    %is_negative = arith.cmpf olt, %value, %zero : f32
    %sign = arith.select %is_negative, %eight, %none : i32
    %code = arith.ori %place, %sign : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %step: f32, %maximum: f32):
    %eight = arith.constant 8 : i32
    %seven = arith.constant 7 : i32
    %place = arith.andi %code, %seven : i32
    %real = arith.sitofp %place : i32 to f32
    %below = arith.mulf %real, %step : f32
    %exponent = arith.subf %maximum, %below : f32
    %magnitude = math.exp2 %exponent : f32
    %minus = arith.negf %magnitude : f32
    %is_negative = arith.cmpi uge, %code, %eight : i32
    %value = arith.select %is_negative, %minus, %magnitude : f32
    nibble.yield %value : f32
  }
