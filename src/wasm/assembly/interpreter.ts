// Runs the instructions that the planner laid out in memory, for one group of pairs.
import { attention, attentionAdjoint } from './attention';
import { dot } from './dot';
import { dropout } from './dropout';
import { embed } from './embed';
import { filter, filterAdjoint } from './filter';
import * as Ops from './generated/instructions';
import { gram, gramAdjoint } from './gram';
import { addInto } from './lanes';
import { activationAdjoint, varianceFactors } from './nonlinearity';
import { mix } from './mix';
import { normalize, normalizeAdjoint, normalizeFactors, normalizeVariances } from './normalize';
import { permute } from './permute';
import { pool, poolAdjoint } from './pool';
import { product, productAdjoint } from './product';
import { transform, transformAdjoint } from './transform';
import { weigh } from './weigh';
import { weighSamples } from './weigh-samples';
import { word } from './words';

/** Where instructions of any length say it, in words. */
const LENGTH: usize = 1;

/** to += from over a box of pixels. */
function addBox<T extends number>(pc: usize, width: usize): void {
  const row = <usize>word(pc, Ops.AddBox.extent + 2) * width;
  for (let z = 0; z < word(pc, Ops.AddBox.extent); z++) {
    for (let y = 0; y < word(pc, Ops.AddBox.extent + 1); y++) {
      const to = (z * word(pc, Ops.AddBox.toRow) + y) * word(pc, Ops.AddBox.toRow + 1);
      const from = (z * word(pc, Ops.AddBox.fromRow) + y) * word(pc, Ops.AddBox.fromRow + 1);
      addInto<T>(
        <usize>word(pc, Ops.AddBox.to) + <usize>to * width,
        <usize>word(pc, Ops.AddBox.from) + <usize>from * width,
        row,
      );
    }
  }
}

/** Executes [pc, end); `width` is the size in bytes of a group's lanes. */
export function run<T extends number>(pc: usize, end: usize, width: usize): void {
  while (pc < end) {
    switch (word(pc, 0)) {
      case Ops.Zero.OPCODE:
        memory.fill(<usize>word(pc, Ops.Zero.to), 0, <usize>word(pc, Ops.Zero.bytes));
        pc += Ops.Zero.BYTES;
        break;
      case Ops.Add.OPCODE:
        addInto<T>(<usize>word(pc, Ops.Add.to), <usize>word(pc, Ops.Add.from), <usize>word(pc, Ops.Add.bytes));
        pc += Ops.Add.BYTES;
        break;
      case Ops.AddBox.OPCODE:
        addBox<T>(pc, width);
        pc += Ops.AddBox.BYTES;
        break;
      case Ops.Gram.OPCODE:
        gram<T>(pc, width);
        pc += Ops.Gram.BYTES;
        break;
      case Ops.GramAdjoint.OPCODE:
        gramAdjoint<T>(pc, width);
        pc += Ops.GramAdjoint.BYTES;
        break;
      case Ops.Filter.OPCODE:
        filter<T>(pc, width);
        pc += Ops.Filter.BYTES;
        break;
      case Ops.FilterAdjoint.OPCODE:
        filterAdjoint<T>(pc, width);
        pc += Ops.FilterAdjoint.BYTES;
        break;
      case Ops.ActivationAdjoint.OPCODE:
        activationAdjoint<T>(pc, width);
        pc += Ops.ActivationAdjoint.BYTES;
        break;
      case Ops.Factors.OPCODE:
        varianceFactors<T>(pc);
        pc += Ops.Factors.BYTES;
        break;
      case Ops.Pool.OPCODE:
        pool<T>(pc, width);
        pc += Ops.Pool.BYTES;
        break;
      case Ops.PoolAdjoint.OPCODE:
        poolAdjoint<T>(pc, width);
        pc += Ops.PoolAdjoint.BYTES;
        break;
      case Ops.Weigh.OPCODE:
        weigh<T>(pc, width);
        pc += Ops.Weigh.BYTES;
        break;
      case Ops.Product.OPCODE:
        product<T>(pc);
        pc += Ops.Product.BYTES;
        break;
      case Ops.ProductAdjoint.OPCODE:
        productAdjoint<T>(pc);
        pc += Ops.ProductAdjoint.BYTES;
        break;
      case Ops.Normalize.OPCODE:
        normalize<T>(pc, width);
        pc += Ops.Normalize.BYTES;
        break;
      case Ops.NormalizeAdjoint.OPCODE:
        normalizeAdjoint<T>(pc, width);
        pc += Ops.NormalizeAdjoint.BYTES;
        break;
      case Ops.NormalizeFactors.OPCODE:
        normalizeFactors<T>(pc, width);
        pc += Ops.NormalizeFactors.BYTES;
        break;
      case Ops.NormalizeVariances.OPCODE:
        normalizeVariances<T>(pc, width);
        pc += Ops.NormalizeVariances.BYTES;
        break;
      case Ops.Dropout.OPCODE:
        dropout<T>(pc, width);
        pc += Ops.Dropout.BYTES;
        break;
      case Ops.Mix.OPCODE:
        mix<T>(pc, width);
        pc += (<usize>word(pc, LENGTH)) << 2;
        break;
      case Ops.Permute.OPCODE:
        permute<T>(pc, width);
        pc += Ops.Permute.BYTES;
        break;
      case Ops.Transform.OPCODE:
        transform<T>(pc, width);
        pc += (<usize>word(pc, LENGTH)) << 2;
        break;
      case Ops.TransformAdjoint.OPCODE:
        transformAdjoint<T>(pc, width);
        pc += (<usize>word(pc, LENGTH)) << 2;
        break;
      case Ops.Attention.OPCODE:
        attention<T>(pc, width);
        pc += (<usize>word(pc, LENGTH)) << 2;
        break;
      case Ops.AttentionAdjoint.OPCODE:
        attentionAdjoint<T>(pc, width);
        pc += (<usize>word(pc, LENGTH)) << 2;
        break;
      case Ops.Embed.OPCODE:
        embed<T>(pc, width);
        pc += Ops.Embed.BYTES;
        break;
      case Ops.WeighSamples.OPCODE:
        weighSamples<T>(pc, width);
        pc += Ops.WeighSamples.BYTES;
        break;
      case Ops.Dot.OPCODE:
        dot<T>(pc, width);
        pc += Ops.Dot.BYTES;
        break;
      default:
        unreachable();
    }
  }
}
