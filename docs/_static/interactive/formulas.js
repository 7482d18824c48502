/*
 * Formulas of the interactive page, as functions of numbers.
 *
 * Written by `coarseproof derive` from proofs/ and the claims
 * P1, P2, P3, P7.mcp, P7.scad, P7.half, R3, R4.l1, R4.l0, R4.tl1, R7.stability, R7.astroid, R7.l1, R7.l0,
 * R7.tl1, R5, R5.l1, R5.l0, R5.tl1, R6.radius, R6.probability.
 * Do not edit: change the claim and derive again.
 */
"use strict";

globalThis.coarseproofFormulas = {
  penalties: {
    l1: {
      title: "l1, p(u) = |u|",
      claim: "P1",
      parameters: [],
      /** p(|u|) */
      value(u) {
        return Math.abs(u);
      },
      /** S(x), P1 */
      map(x, rho) {
        return x - Math.min(Math.max(x, -rho), rho);
      },
      /** largest |x| with S(x) = 0 */
      threshold(rho) {
        return rho;
      },
      /** largest |x − S(x)| */
      displacement(rho) {
        return rho;
      },
    },
    l0: {
      title: "l0, p(u) = 1{u ≠ 0}",
      claim: "P2",
      parameters: [],
      /** p(|u|) */
      value(u) {
        return (Math.abs(u) <= 0 ? 0 : 1);
      },
      /** S(x), P2 */
      map(x, rho) {
        return (Math.abs(x) <= Math.sqrt(2 * rho) ? 0 : x);
      },
      /** largest |x| with S(x) = 0 */
      threshold(rho) {
        return Math.sqrt(2 * rho);
      },
      /** largest |x − S(x)| */
      displacement(rho) {
        return Math.sqrt(2 * rho);
      },
    },
    tl1: {
      title: "transformed l1, p(u) = (a + 1)|u|/(a + |u|)",
      claim: "P3",
      parameters: [{"name": "a", "default": 1.0, "above": 0, "attained": false, "meaning": "shape, a > 0"}],
      /** p(|u|) */
      value(u, a) {
        const k0 = Math.abs(u);
        return k0 * (a + 1) / (a + k0);
      },
      /** S(x), P3 */
      map(x, rho, a) {
        const k0 = Math.abs(x);
        const k1 = a + 1;
        const k2 = Math.sqrt(2 * rho * k1);
        const k3 = Math.min(a, k2);
        const k4 = 0.5 * k3 * (2 * k2 - k3) / a;
        const k5 = a + Math.max(k0, k4);
        return (k0 <= k4 ? 0 : x - Math.sign(x) * Math.min(k0, 1.3333333333333333 * k5 * Math.pow(Math.sin(Math.asin(Math.min(1.5 * Math.sqrt(3 * a * rho * k1) / k5 / Math.sqrt(k5), 1)) / 3), 2)));
      },
      /** largest |x| with S(x) = 0 */
      threshold(rho, a) {
        const k0 = Math.sqrt(2 * rho * (a + 1));
        const k1 = Math.min(a, k0);
        return 0.5 * k1 * (2 * k0 - k1) / a;
      },
      /** largest |x − S(x)| */
      displacement(rho, a) {
        const k0 = Math.sqrt(2 * rho * (a + 1));
        const k1 = Math.min(a, k0);
        return 0.5 * k1 * (2 * k0 - k1) / a;
      },
    },
    mcp: {
      title: "minimax concave, p(u) = |u| − u²/2γ up to γ, then γ/2",
      claim: "P7.mcp",
      parameters: [{"name": "gamma", "default": 2.0, "above": 0, "attained": false, "meaning": "width, γ > 0"}],
      /** p(|u|) */
      value(u, gamma) {
        const k0 = Math.abs(u);
        const k1 = Math.min(gamma, k0);
        return (gamma >= k0 ? k1 - 0.5 * Math.pow(k1, 2) / gamma : 0.5 * gamma);
      },
      /** S(x), P7.mcp */
      map(x, rho, gamma) {
        const divisor = gamma - rho;
        const k0 = Math.abs(x);
        return (k0 <= Math.sqrt(rho * Math.min(gamma, rho)) ? 0 : (gamma > k0 ? gamma * (k0 - rho) * (1 / (divisor > 0 ? divisor : 1)) * Math.sign(x) : x));
      },
      /** largest |x| with S(x) = 0 */
      threshold(rho, gamma) {
        return Math.sqrt(rho * Math.min(gamma, rho));
      },
      /** largest |x − S(x)| */
      displacement(rho, gamma) {
        return Math.sqrt(rho * Math.min(gamma, rho));
      },
    },
    scad: {
      title: "smoothly clipped, p'(u) = 1 up to 1, (a − u)/(a − 1) up to a, then 0",
      claim: "P7.scad",
      parameters: [{"name": "a", "default": 3.7, "above": 1, "attained": true, "meaning": "knee, a ≥ 1"}],
      /** p(|u|) */
      value(u, a) {
        const divisor = 2 * a - 2;
        const k0 = Math.abs(u);
        const k1 = Math.max(1, Math.min(a, k0));
        return (k0 <= 1 ? Math.min(1, k0) : (a >= k0 ? k1 - Math.pow(k1 - 1, 2) * (1 / (divisor > 0 ? divisor : 1)) : 0.5 * a + 0.5));
      },
      /** S(x), P7.scad */
      map(x, rho, a) {
        const divisor = a - rho - 1;
        const k0 = Math.abs(x);
        const k1 = a + 1;
        return (k0 <= Math.sqrt(rho * Math.min(k1, rho)) ? 0 : x - Math.sign(x) * Math.min(k0, (k0 <= Math.min(k1, Math.min(rho + 1, 0.5 * a + 0.5 * rho + 0.5)) ? rho : (a > k0 ? rho * (a - k0) * (1 / (divisor > 0 ? divisor : 1)) : 0))));
      },
      /** largest |x| with S(x) = 0 */
      threshold(rho, a) {
        return Math.sqrt(rho * Math.min(rho, a + 1));
      },
      /** largest |x − S(x)| */
      displacement(rho, a) {
        return Math.sqrt(rho * Math.min(rho, a + 1));
      },
    },
    half: {
      title: "l½, p(u) = √|u|",
      claim: "P7.half",
      parameters: [],
      /** p(|u|) */
      value(u) {
        return Math.sqrt(Math.abs(u));
      },
      /** S(x), P7.half */
      map(x, rho) {
        const k0 = Math.abs(x);
        const k1 = 1.5 * Math.pow(Math.cbrt(rho), 2);
        const k2 = Math.max(1e-300, Math.max(k0, k1));
        const k3 = Math.asin(Math.min(1.299038105676658 * rho / k2 / Math.sqrt(k2), 1)) / 3;
        return (k0 <= k1 ? 0 : x - Math.sign(x) * Math.min(k0, 1.3333333333333333 * k2 * Math.sin(k3) * Math.sin(k3 + 1.0471975511965979)));
      },
      /** largest |x| with S(x) = 0 */
      threshold(rho) {
        return 1.5 * Math.pow(Math.cbrt(rho), 2);
      },
      /** largest |x − S(x)| */
      displacement(rho) {
        return 1.5 * Math.pow(Math.cbrt(rho), 2);
      },
    },
  },

  fixed_points: {
    /** R3, an entry of N w̄: β u + κ w* */
    right_side(w_star, u, kappa, beta) {
      return beta * u + kappa * w_star;
    },
    /** R3, w* of an entry x: (N x − β u)/κ */
    star(x, u, multiplier, kappa, beta) {
      return (multiplier * x - beta * u) / kappa;
    },
  },

  lower: {
    /** R4.l1, |w̄_i| where ū_i = 0: κ |w*ᵢ|/N */
    l1(star_size, multiplier, kappa) {
      return kappa * star_size / multiplier;
    },
    /** R4.l0, |w̄_i| where ū_i = 0: κ |w*ᵢ|/N */
    l0(star_size, multiplier, kappa) {
      return kappa * star_size / multiplier;
    },
    /** R4.tl1, |w̄_i| where ū_i = 0: κ |w*ᵢ|/N */
    tl1(star_size, multiplier, kappa) {
      return kappa * star_size / multiplier;
    },
  },

  limits: {
    /** R4.l1, |w̄_i| where ū_i = 0: κ |w*ᵢ|/(β + gap) */
    l1_inactive(star_size, gap, kappa, beta) {
      return kappa * star_size / (beta + gap);
    },
    /** R4.l1, |w̄_i| where ū_i ≠ 0: (κ |w*ᵢ| − λ)/gap */
    l1_active(star_size, gap, kappa, beta, lam) {
      return (kappa * star_size - lam) / gap;
    },
    /** R4.l1, largest inactive |w*_i|: λ (β + gap)/(β κ) */
    l1_level(gap, kappa, beta, lam) {
      return lam * (beta + gap) / beta / kappa;
    },
    /** R4.l1, λ lies below it: κ ω_max */
    l1_exists(omega_max, kappa) {
      return kappa * omega_max;
    },
    /** R4.l0, |w̄_i| on J: κ |w*ᵢ|/gap */
    l0_kept(star_size, gap, kappa, beta) {
      return kappa * star_size / gap;
    },
    /** R4.l0, ‖w̄‖²: κ² ((1 − q_J)/(β + gap)² + q_J/gap²) */
    l0_square(kept_mass, gap, kappa, beta) {
      return Math.pow(kappa, 2) * ((1 - kept_mass) / Math.pow(beta + gap, 2) + kept_mass / Math.pow(gap, 2));
    },
    /** R4.l0, T: √(2 λ/β) */
    l0_threshold(beta, lam) {
      return 1.4142135623730951 * Math.sqrt(lam) / Math.sqrt(beta);
    },
    /** R4.tl1, |w̄_i| where ū_i = 0: κ |w*ᵢ|/(β + gap) */
    tl1_lower(star_size, gap, kappa, beta) {
      return kappa * star_size / (beta + gap);
    },
    /** R4.tl1, u_t, the least U: max(0, √(2 ρ (a + 1)) − a) */
    tl1_least_kept(rho, a) {
      return Math.max(0, 1.4142135623730951 * Math.sqrt(rho) * Math.sqrt(a + 1) - a);
    },
    /** R4.tl1, |w̄_i| where |ū_i| = U > 0: a ρ (a + 1)/(a + U)² + U */
    tl1_size(kept_level, rho, a) {
      return a * rho * (a + 1) / Math.pow(a + kept_level, 2) + kept_level;
    },
    /** R4.tl1, its slope in U, 1/S': 1 − 2 a ρ (a + 1)/(a + U)³ */
    tl1_size_slope(kept_level, rho, a) {
      return 1 - 2 * a * rho * (a + 1) / Math.pow(a + kept_level, 3);
    },
    /** R4.tl1, κ|w*_i|: a ρ (a + 1) (β + gap)/(a + U)² + gap U */
    tl1_pull(kept_level, gap, beta, rho, a) {
      return a * rho * (a + 1) * (beta + gap) / Math.pow(a + kept_level, 2) + gap * kept_level;
    },
    /** R4.tl1, its slope in U: gap − 2 a ρ (a + 1) (β + gap)/(a + U)³ */
    tl1_pull_slope(kept_level, gap, beta, rho, a) {
      return gap - 2 * a * rho * (a + 1) * (beta + gap) / Math.pow(a + kept_level, 3);
    },
    /** R4.tl1, the gap at which an entry has U: (κ |w*ᵢ| − a β ρ (a + 1)/(a + U)²)/(a ρ (a + 1)/(a + U)² + U) */
    tl1_gap(star_size, kept_level, kappa, beta, rho, a) {
      const k0 = a * rho * (a + 1) / Math.pow(a + kept_level, 2);
      return (kappa * star_size - beta * k0) / (k0 + kept_level);
    },
    /** R4.tl1, 0 where two branches meet: (β U + κ |w*ᵢ|) (1 − 2 a ρ (a + 1)/(a + U)³) − β (a ρ (a + 1)/(a + U)² + U) */
    tl1_fold(star_size, kept_level, kappa, beta, rho, a) {
      const k0 = a + kept_level;
      const k1 = a * rho * (a + 1);
      return (1 - 2 * k1 / Math.pow(k0, 3)) * (beta * kept_level + kappa * star_size) - beta * (kept_level + k1 / Math.pow(k0, 2));
    },
    /** P3, S(x) beyond its threshold: x − 4 (a + |x|) sin²(arcsin(3 √(3 a ρ (a + 1))/(2 (a + |x|)^(3/2)))/3) sgn(x)/3 */
    tl1_kept(x, rho, a) {
      const k0 = a + Math.abs(x);
      return x - 1.3333333333333333 * k0 * Math.pow(Math.sin(Math.asin(Math.min(2.598076211353316 * Math.sqrt(a) * Math.sqrt(rho) * Math.sqrt(a + 1) / k0 / Math.sqrt(k0), 1)) / 3), 2) * Math.sign(x);
    },
  },

  stability: {
    /** R7.stability, D_i: N − β/(1 − 2 a ρ (a + 1)/(a + U)³) */
    tl1(multiplier, kept_level, beta, rho, a) {
      return multiplier - beta / (1 - 2 * a * rho * (a + 1) / Math.pow(a + kept_level, 3));
    },
    /** R7.stability, Σ w̄_i²/D_i: A_w + wⱼ²/Dⱼ */
    secular(A_w, w_j, D_j) {
      return A_w + Math.pow(w_j, 2) / D_j;
    },
  },

  spikes: {
    /** R7.astroid, least β, a = A^(1/3), b = B^(1/3): (a² + b²)^(3/2) */
    threshold(a, b) {
      return Math.pow(Math.pow(a, 2) + Math.pow(b, 2), 1.5);
    },
    /** R7.l1, B: λ − κ σ w*ⱼ */
    l1_along(spike_sign, star_entry, kappa, lam) {
      return lam - kappa * spike_sign * star_entry;
    },
    /** R7.l1, norm of the other entries: Aⱼ/(β − excess) */
    l1_others(spike_across, excess, beta) {
      return spike_across / (beta - excess);
    },
    /** R7.l1, ‖w̄‖²: Aⱼ²/(β − excess)² + Bⱼ²/excess² */
    l1_square(spike_across, spike_along, excess, beta) {
      return Math.pow(spike_across / (beta - excess), 2) + Math.pow(spike_along / excess, 2);
    },
    /** R7.l1, its slope in the excess: 2 Aⱼ²/(β − excess)³ − 2 Bⱼ²/excess³ */
    l1_square_slope(spike_across, spike_along, excess, beta) {
      return 2 * Math.pow(spike_across, 2) / Math.pow(beta - excess, 3) - 2 * Math.pow(spike_along, 2) / Math.pow(excess, 3);
    },
    /** R7.l1, |w̄_j|: Bⱼ/excess */
    l1_size(spike_along, excess) {
      return spike_along / excess;
    },
    /** R7.l0, B: κ w*ⱼ */
    l0_along(star_entry, kappa) {
      return kappa * star_entry;
    },
    /** R7.l0, norm of the other entries: Aⱼ/(β − excess) */
    l0_others(spike_across, excess, beta) {
      return spike_across / (beta - excess);
    },
    /** R7.l0, ‖w̄‖²: Aⱼ²/(β − excess)² + Bⱼ²/excess² */
    l0_square(spike_across, spike_along, excess, beta) {
      return Math.pow(spike_across / (beta - excess), 2) + Math.pow(spike_along / excess, 2);
    },
    /** R7.l0, its slope in the excess: 2 Aⱼ²/(β − excess)³ − 2 Bⱼ²/excess³ */
    l0_square_slope(spike_across, spike_along, excess, beta) {
      return 2 * Math.pow(spike_across, 2) / Math.pow(beta - excess, 3) - 2 * Math.pow(spike_along, 2) / Math.pow(excess, 3);
    },
    /** R7.l0, |w̄_j|: Bⱼ/excess */
    l0_size(spike_along, excess) {
      return spike_along / excess;
    },
    /** R7.tl1, N, push = σκw*_j: (β U + push)/(a ρ (a + 1)/(a + U)² + U) */
    tl1_multiplier(push, kept_level, beta, rho, a) {
      return (beta * kept_level + push) / (a * rho * (a + 1) / Math.pow(a + kept_level, 2) + kept_level);
    },
    /** R7.tl1, |w̄_j|, from N: (β U + push)/(β + gap) */
    tl1_entry(push, kept_level, gap, beta) {
      return (beta * kept_level + push) / (beta + gap);
    },
    /** R7.tl1, ‖w̄‖² from N's U and the U of |w̄_j|: (Aⱼ²/(β U + push)² + 1) (a ρ (a + 1)/(a + outer)² + outer)² */
    tl1_square(spike_across, push, kept_level, outer, beta, rho, a) {
      return Math.pow(a * rho * (a + 1) / Math.pow(a + outer, 2) + outer, 2) * (Math.pow(spike_across / (beta * kept_level + push), 2) + 1);
    },
  },

  errors: {
    /** R5, bound of sin θ̄: β δ/κ */
    by_gap(delta, kappa, beta) {
      return beta * delta / kappa;
    },
    /** R5, ‖w̄ − w*‖: 2 sin(θ/2) */
    distance(theta) {
      return 2 * Math.sin(0.5 * theta);
    },
    /** R5.l1, bound of sin θ̄: λ √‖w*‖₀/κ */
    l1(nonzeros, kappa, lam) {
      return lam * Math.sqrt(nonzeros) / kappa;
    },
    /** R5.l0, bound of sin θ̄: √(2 s₀ β λ)/κ */
    l0(thresholded, kappa, beta, lam) {
      return 1.4142135623730951 * Math.sqrt(beta) * Math.sqrt(lam) * Math.sqrt(thresholded) / kappa;
    },
    /** R5.tl1, bound of sin θ̄: β t √‖w*‖₀/κ */
    tl1(nonzeros, t, kappa, beta) {
      return beta * Math.sqrt(nonzeros) * t / kappa;
    },
  },

  basin: {
    /** R6.radius, bound: min(β, β δ √n) */
    radius(beta, delta, n) {
      return Math.min(beta, beta * delta * Math.sqrt(n));
    },
    /** R6.probability, n = 2: 1 − α₀/π */
    probability_2(cap_angle) {
      return 1 - 0.3183098861837907 * cap_angle;
    },
    /** R6.probability, n = 3: (cos α₀ + 1)/2 */
    probability_3(cap_angle) {
      return 0.5 * Math.cos(cap_angle) + 0.5;
    },
    /** R6.probability, n = 4: 1 − (α₀ − sin α₀ cos α₀)/π */
    probability_4(cap_angle) {
      return 0.3183098861837907 * Math.sin(cap_angle) * Math.cos(cap_angle) + 1 - 0.3183098861837907 * cap_angle;
    },
    /** R6.probability, n = 5: (3 cos α₀ + 2 − cos³α₀)/4 */
    probability_5(cap_angle) {
      const k0 = Math.cos(cap_angle);
      return 0.75 * k0 + 0.5 - 0.25 * Math.pow(k0, 3);
    },
    /** R6.probability, n = 6: 1 − (3 α₀ − 2 sin³α₀ cos α₀ − 3 sin α₀ cos α₀)/(3 π) */
    probability_6(cap_angle) {
      const k0 = Math.sin(cap_angle);
      const k1 = Math.cos(cap_angle);
      return 0.2122065907891938 * Math.pow(k0, 3) * k1 + 0.3183098861837907 * k0 * k1 + 1 - 0.3183098861837907 * cap_angle;
    },
    /** R6.probability, n = 7: (3 cos⁵α₀ + 15 cos α₀ + 8 − 10 cos³α₀)/16 */
    probability_7(cap_angle) {
      const k0 = Math.cos(cap_angle);
      return 0.1875 * Math.pow(k0, 5) + 0.9375 * k0 + 0.5 - 0.625 * Math.pow(k0, 3);
    },
    /** R6.probability, n = 8: 1 − (1/(15 π)) (15 α₀ − 8 sin⁵α₀ cos α₀ − 10 sin³α₀ cos α₀ − 15 sin α₀ cos α₀) */
    probability_8(cap_angle) {
      const k0 = Math.sin(cap_angle);
      const k1 = Math.cos(cap_angle);
      return 0.16976527263135502 * Math.pow(k0, 5) * k1 + 0.2122065907891938 * Math.pow(k0, 3) * k1 + 0.3183098861837907 * k0 * k1 + 1 - 0.3183098861837907 * cap_angle;
    },
    /** R6.probability, n = 9: (1/32) (21 cos⁵α₀ + 35 cos α₀ + 16 − 5 cos⁷α₀ − 35 cos³α₀) */
    probability_9(cap_angle) {
      const k0 = Math.cos(cap_angle);
      return 0.65625 * Math.pow(k0, 5) + 1.09375 * k0 + 0.5 - 0.15625 * Math.pow(k0, 7) - 1.09375 * Math.pow(k0, 3);
    },
    /** R6.probability, n = 10: 1 − (1/(105 π)) (105 α₀ − 48 sin⁷α₀ cos α₀ − 56 sin⁵α₀ cos α₀ − 70 sin³α₀ cos α₀ − 105 sin α₀ cos α₀) */
    probability_10(cap_angle) {
      const k0 = Math.sin(cap_angle);
      const k1 = Math.cos(cap_angle);
      return 0.14551309082687575 * Math.pow(k0, 7) * k1 + 0.16976527263135502 * Math.pow(k0, 5) * k1 + 0.2122065907891938 * Math.pow(k0, 3) * k1 + 0.3183098861837907 * k0 * k1 + 1 - 0.3183098861837907 * cap_angle;
    },
    /** R6.probability, n = 11: (1/256) (35 cos⁹α₀ + 378 cos⁵α₀ + 315 cos α₀ + 128 − 180 cos⁷α₀ − 420 cos³α₀) */
    probability_11(cap_angle) {
      const k0 = Math.cos(cap_angle);
      return 0.13671875 * Math.pow(k0, 9) + 1.4765625 * Math.pow(k0, 5) + 1.23046875 * k0 + 0.5 - 0.703125 * Math.pow(k0, 7) - 1.640625 * Math.pow(k0, 3);
    },
    /** R6.probability, n = 12: 1 − (1/(315 π)) (315 α₀ − 128 sin⁹α₀ cos α₀ − 144 sin⁷α₀ cos α₀ − 168 sin⁵α₀ cos α₀ − 210 sin³α₀ cos α₀ − 315 sin α₀ cos α₀) */
    probability_12(cap_angle) {
      const k0 = Math.sin(cap_angle);
      const k1 = Math.cos(cap_angle);
      return 0.12934496962388956 * Math.pow(k0, 9) * k1 + 0.14551309082687575 * Math.pow(k0, 7) * k1 + 0.16976527263135502 * Math.pow(k0, 5) * k1 + 0.2122065907891938 * Math.pow(k0, 3) * k1 + 0.3183098861837907 * k0 * k1 + 1 - 0.3183098861837907 * cap_angle;
    },
  },

  captions: {
    "P1": {"title": "Proximal map of l1, p(u) = |u|", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mi>x</mi><mo>&#x02212;</mo><mo>max</mo><mo stretchy=\"false\">&#x00028;</mo><mo>&#x02212;</mo><mi>&#x003C1;</mi><mo>&#x0002C;</mo><mo>min</mo><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003C1;</mi><mo>&#x0002C;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo stretchy=\"false\">&#x00029;</mo></mrow></math>"},
    "P2": {"title": "Proximal map of l0, p(u) = 1{u ≠ 0}", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007B;</mo><mtable><mtr><mtd columnalign=\"left\"><mn>0</mn></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi></mrow></msqrt></mtd></mtr><mtr><mtd columnalign=\"left\"><mi>x</mi></mtd><mtd columnalign=\"left\"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mrow></math>"},
    "P3": {"title": "Proximal map of transformed l1, p(u) = (a + 1)|u|/(a + |u|)", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007B;</mo><mtable><mtr><mtd columnalign=\"left\"><mn>0</mn></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><mfrac><mrow><mi>D</mi><mo>min</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>a</mi><mo>&#x0002C;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac></mtd></mtr><mtr><mtd columnalign=\"left\"><mi>Q</mi></mtd><mtd columnalign=\"left\"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>&#x0002C;</mo><mspace width=\"1em\" /><mtext>where&#x000A0;</mtext><mi>Q</mi><mo>&#x0003D;</mo><mi>x</mi><mo>&#x02212;</mo><mfrac><mrow><mn>4</mn><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo stretchy=\"false\">&#x00029;</mo><msup><mi>sin</mi><mrow><mn>2</mn></mrow></msup><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><mi>arcsin</mi><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><mn>3</mn><msqrt><mrow><mn>3</mn><mi>a</mi><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt></mrow><mrow><mn>2</mn><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>3</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>2</mn></mrow></msup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow><mrow><mn>3</mn></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>sgn</mo><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mn>3</mn></mrow></mfrac><mo>&#x0002C;</mo><mspace width=\"1em\" /><mi>D</mi><mo>&#x0003D;</mo><mn>2</mn><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo>&#x02212;</mo><mo>min</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>a</mi><mo>&#x0002C;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow></math>"},
    "P7.mcp": {"title": "Proximal map of minimax concave, p(u) = |u| − u²/2γ up to γ, then γ/2", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007B;</mo><mtable><mtr><mtd columnalign=\"left\"><mn>0</mn></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><msqrt><mrow><mi>&#x003C1;</mi><mo>min</mo><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B3;</mi><mo>&#x0002C;</mo><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt></mtd></mtr><mtr><mtd columnalign=\"left\"><mfrac><mrow><mi>&#x003B3;</mi><mo stretchy=\"false\">&#x00028;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02212;</mo><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00029;</mo><mo>sgn</mo><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mi>&#x003B3;</mi><mo>&#x02212;</mo><mi>&#x003C1;</mi></mrow></mfrac></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mi>&#x003B3;</mi><mo>&#x0003E;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo></mtd></mtr><mtr><mtd columnalign=\"left\"><mi>x</mi></mtd><mtd columnalign=\"left\"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow></mrow></math>"},
    "P7.scad": {"title": "Proximal map of smoothly clipped, p'(u) = 1 up to 1, (a − u)/(a − 1) up to a, then 0", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007B;</mo><mtable><mtr><mtd columnalign=\"left\"><mn>0</mn></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><msqrt><mrow><mi>&#x003C1;</mi><mo>min</mo><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003C1;</mi><mo>&#x0002C;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt></mtd></mtr><mtr><mtd columnalign=\"left\"><mi>Q</mi></mtd><mtd columnalign=\"left\"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>&#x0002C;</mo><mspace width=\"1em\" /><mtext>where&#x000A0;</mtext><mi>Q</mi><mo>&#x0003D;</mo><mi>x</mi><mo>&#x02212;</mo><mo>sgn</mo><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mspace width=\"0.167em\" /><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007B;</mo><mtable><mtr><mtd columnalign=\"left\"><mi>&#x003C1;</mi></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><mo>min</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo>&#x0002C;</mo><mi>&#x003C1;</mi><mo>&#x0002B;</mo><mn>1</mn><mo>&#x0002C;</mo><mfrac><mrow><mi>a</mi><mo>&#x0002B;</mo><mi>&#x003C1;</mi><mo>&#x0002B;</mo><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mtd></mtr><mtr><mtd columnalign=\"left\"><mfrac><mrow><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x02212;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mi>a</mi><mo>&#x02212;</mo><mi>&#x003C1;</mi><mo>&#x02212;</mo><mn>1</mn></mrow></mfrac></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mi>a</mi><mo>&#x0003E;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo></mtd></mtr><mtr><mtd columnalign=\"left\"><mn>0</mn></mtd><mtd columnalign=\"left\"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow></math>"},
    "P7.half": {"title": "Proximal map of l½, p(u) = √|u|", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007B;</mo><mtable><mtr><mtd columnalign=\"left\"><mn>0</mn></mtd><mtd columnalign=\"left\"><mtext>if&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><mfrac><mrow><mn>3</mn><msup><mi>&#x003C1;</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msup></mrow><mrow><mn>2</mn></mrow></mfrac></mtd></mtr><mtr><mtd columnalign=\"left\"><mi>x</mi><mo>&#x02212;</mo><mfrac><mrow><mn>4</mn><mspace width=\"0.167em\" /><mi>sin</mi><mspace width=\"0.167em\" /><mfrac><mrow><mi>&#x003C6;</mi></mrow><mrow><mn>3</mn></mrow></mfrac><mspace width=\"0.167em\" /><mi>sin</mi><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><mi>&#x003C6;</mi></mrow><mrow><mn>3</mn></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><mi>&#x003C0;</mi></mrow><mrow><mn>3</mn></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>sgn</mo><mo stretchy=\"false\">&#x00028;</mo><mi>x</mi><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mn>3</mn></mrow></mfrac></mtd><mtd columnalign=\"left\"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow><mo>&#x0002C;</mo><mspace width=\"1em\" /><mtext>where&#x000A0;</mtext><mi>&#x003C6;</mi><mo>&#x0003D;</mo><mi>arcsin</mi><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><mn>3</mn><msqrt><mrow><mn>3</mn></mrow></msqrt><mi>&#x003C1;</mi></mrow><mrow><mn>4</mn><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mi>x</mi><msup><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mrow><mn>3</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>2</mn></mrow></msup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow></math>"},
    "R4.l1": {"title": "The limit for l1: a soft threshold of w*, rescaled to the sphere", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><msub><mi>s</mi><mi>i</mi></msub><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0003D;</mo><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\">&#x00029;</mo><mi>&#x003B2;</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x027FA;</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x02265;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><msub><mi>s</mi><mi>i</mi></msub><mo>&#x02264;</mo><mfrac><mrow><mi>&#x003BB;</mi><mi>N</mi></mrow><mrow><mi>&#x003B2;</mi><mi>&#x003BA;</mi></mrow></mfrac><mo>&#x027F9;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><msub><mi>s</mi><mi>i</mi></msub><mo>&#x0003E;</mo><mfrac><mrow><mi>&#x003BB;</mi><mi>N</mi></mrow><mrow><mi>&#x003B2;</mi><mi>&#x003BA;</mi></mrow></mfrac><mo>&#x027F9;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow><mo>&#x02212;</mo><mi>&#x003BB;</mi></mrow><mrow><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>&#x003BB;</mi><mo>&#x0003C;</mo><mi>&#x003BA;</mi><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><msub><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x0221E;</mo></msub></mrow><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mi>&#x003B2;</mi><mo>&#x0003C;</mo><mi>&#x003BA;</mi><mo>&#x027F9;</mo><mtext>some&#x000A0;</mtext><mi>N</mi><mtext>&#x000A0;has&#x000A0;</mtext><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo stretchy=\"false\">&#x00029;</mo><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x0003D;</mo><mn>1</mn><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mi>&#x003BB;</mi><mo>&#x0003C;</mo><mi>&#x003BA;</mi><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><msub><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x0221E;</mo></msub></mrow><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mi>&#x003B2;</mi><mo>&#x0003C;</mo><mi>&#x003BA;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mrow><msup><mi>N</mi><mo>&#x02032;</mo></msup></mrow><mo>&#x02265;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mrow><msup><mi>N</mi><mo>&#x02032;</mo></msup></mrow><mo>&#x0003D;</mo><mi>N</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><msub><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x0221E;</mo></msub><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mn>0</mn><mo>&#x027FA;</mo><mi>&#x003B2;</mi><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><msub><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x0221E;</mo></msub><mo>&#x02264;</mo><mi>&#x003BB;</mi></mrow></math>"},
    "R4.l0": {"title": "The limits for l0: w* rescaled on a support J and off it", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><msub><mi>s</mi><mi>i</mi></msub><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0003D;</mo><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\">&#x00029;</mo><mi>&#x003B2;</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003E;</mo><mi>T</mi><mo>&#x027FA;</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x02265;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003E;</mo><mi>T</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><mo>&#x0003E;</mo><mn>0</mn><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0003D;</mo><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\">&#x00029;</mo><mi>&#x003B2;</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><mi>T</mi><mo>&#x027FA;</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x02265;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x02264;</mo><mi>T</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo stretchy=\"false\">&#x00029;</mo><msup><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mrow><mn>2</mn></mrow></msup><mo>&#x0003D;</mo><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><mn>1</mn><mo>&#x02212;</mo><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><msub><mi>q</mi><mi>J</mi></msub><mo>&#x0003E;</mo><mn>0</mn><mo>&#x027F9;</mo><mi>N</mi><mtext>&#x000A0;is&#x000A0;the&#x000A0;only&#x000A0;root&#x000A0;in&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mo>&#x0221E;</mo><mo stretchy=\"false\">&#x00029;</mo><mtext>&#x000A0;of&#x000A0;</mtext><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><mn>1</mn><mo>&#x02212;</mo><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0003D;</mo><mn>1</mn><mo>;</mo><mspace width=\"1em\" /><msub><mi>q</mi><mi>J</mi></msub><mo>&#x0003D;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mo>&#x0003E;</mo><mn>0</mn><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><mn>1</mn><mo>&#x02212;</mo><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0003D;</mo><mn>1</mn><mo>&#x027FA;</mo><mi>N</mi><mo>&#x0003D;</mo><mi>&#x003BA;</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><msub><mi>q</mi><mi>J</mi></msub><mo>&#x02264;</mo><mn>1</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><mn>1</mn><mo>&#x02212;</mo><msub><mi>q</mi><mi>J</mi></msub></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0003D;</mo><mn>1</mn><mo>&#x027F9;</mo><mi>&#x003BA;</mi><mo>&#x02264;</mo><mi>N</mi><mo>&#x02264;</mo><mi>&#x003B2;</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><msub><mi>s</mi><mi>i</mi></msub><mo>&#x0003E;</mo><mi>T</mi><mo>&#x027F9;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x0003E;</mo><mi>T</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><msub><mi>s</mi><mi>i</mi></msub><mo>&#x02264;</mo><mi>T</mi><mo>&#x027F9;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi></mrow></mfrac><mo>&#x02264;</mo><mi>T</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><msub><mi>q</mi><mi>J</mi></msub><mo>&#x0003D;</mo><mn>1</mn><mo>&#x027F9;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x0003D;</mo><msub><mi>s</mi><mi>i</mi></msub><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>T</mi><mo>&#x0003D;</mo><msqrt><mrow><mfrac><mrow><mn>2</mn><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac></mrow></msqrt></mrow></math>"},
    "R4.tl1": {"title": "The limits for transformed l1: a cubic for each entry that is kept", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0003D;</mo><mn>0</mn><mo>&#x027FA;</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x02265;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BA;</mi><mrow><msub><mi>s</mi><mi>i</mi></msub></mrow></mrow><mrow><mi>N</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>&#x003BA;</mi><msub><mi>s</mi><mi>i</mi></msub><mo>&#x02264;</mo><mfrac><mrow><mi>N</mi><mo>min</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>a</mi><mo>&#x0002C;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mn>2</mn><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo>&#x02212;</mo><mo>min</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>a</mi><mo>&#x0002C;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow><mrow><mn>2</mn><mi>a</mi></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mi>U</mi><mo>&#x027FA;</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo>&#x02265;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>i</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>a</mi><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mi>U</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mi>U</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>U</mi><mo>&#x0003E;</mo><mo>max</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mn>0</mn><mo>&#x0002C;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo>&#x02212;</mo><mi>a</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>&#x003BA;</mi><msub><mi>s</mi><mi>i</mi></msub><mo>&#x0003D;</mo><mfrac><mrow><mi>a</mi><mi>N</mi><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mi>U</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mi>U</mi><mo stretchy=\"false\">&#x00028;</mo><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi><mo stretchy=\"false\">&#x00029;</mo></mrow></math>"},
    "R5.l1": {"title": "Error of the limit for l1", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>sin</mi><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02264;</mo><mfrac><mrow><mi>&#x003BB;</mi><msqrt><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><msub><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mn>0</mn></msub></mrow></msqrt></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac></mrow></math>"},
    "R5.l0": {"title": "Error of the limit for l0", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>sin</mi><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02264;</mo><mfrac><mrow><msqrt><mrow><mn>2</mn><msub><mi>s</mi><mn>0</mn></msub><mi>&#x003B2;</mi><mi>&#x003BB;</mi></mrow></msqrt></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac></mrow></math>"},
    "R5.tl1": {"title": "Error of the limit for tl1", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>sin</mi><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02264;</mo><mfrac><mrow><mi>&#x003B2;</mi><mi>t</mi><msqrt><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><msub><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mn>0</mn></msub></mrow></msqrt></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac></mrow></math>"},
    "R7.l1": {"title": "All stable limits for l1", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mtext>&#x000A0;is&#x000A0;stable</mtext><mo>&#x027FA;</mo><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><mo>&#x0003D;</mo><mi>&#x003BA;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003E;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mtext>&#x000A0;is&#x000A0;a&#x000A0;rising&#x000A0;root&#x000A0;in&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><mn>0</mn><mo>&#x0002C;</mo><mi>&#x003B2;</mi><mo stretchy=\"false\">&#x00029;</mo><mtext>&#x000A0;of&#x000A0;</mtext><mfrac><mrow><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00028;</mo><mn>1</mn><mo>&#x02212;</mo><mo stretchy=\"false\">&#x00028;</mo><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003BB;</mi><mo>&#x02212;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0003D;</mo><mn>1</mn><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><mo>&#x0003D;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>&#x003BB;</mi><mo>&#x02212;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x0003D;</mo><mn>0</mn><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003E;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x027FA;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BB;</mi><mo>&#x02212;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup></mrow><mrow><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi></mrow></mfrac><mo>&#x0003E;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mn>2</mn></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x027FA;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0003D;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mn>2</mn></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msubsup><mi>w</mi><mrow><mn>2</mn></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mfrac><mrow><mi>&#x003BB;</mi><mi>N</mi></mrow><mrow><mi>&#x003B2;</mi><mi>&#x003BA;</mi></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mtext>&#x000A0;is&#x000A0;stable</mtext><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>&#x003BB;</mi><mo>&#x0003C;</mo><mi>&#x003BA;</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msubsup><mi>w</mi><mrow><mi>i</mi></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x027F9;</mo><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi></mrow></math>"},
    "R7.l0": {"title": "All stable limits for l0", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mtext>&#x000A0;is&#x000A0;stable</mtext><mo>&#x027FA;</mo><mi>N</mi><mo>&#x0003E;</mo><mi>&#x003B2;</mi><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><mo>&#x0003D;</mo><mi>&#x003BA;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mi>T</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003E;</mo><mi>T</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mi>T</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mtext>&#x000A0;is&#x000A0;a&#x000A0;rising&#x000A0;root&#x000A0;in&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><mn>0</mn><mo>&#x0002C;</mo><mi>&#x003B2;</mi><mo stretchy=\"false\">&#x00029;</mo><mtext>&#x000A0;of&#x000A0;</mtext><mfrac><mrow><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00028;</mo><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00028;</mo><mn>1</mn><mo>&#x02212;</mo><mo stretchy=\"false\">&#x00028;</mo><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0003D;</mo><mn>1</mn><mtext>&#x000A0;</mtext><mtext>or</mtext><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><mo>&#x0003D;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo>&#x02212;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x0003D;</mo><mn>0</mn><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003E;</mo><mi>T</mi><mo>&#x027FA;</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mi>j</mi></msub><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup></mrow><mrow><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x0007C;</mo><mfrac><mrow><mi>&#x003BA;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup></mrow><mrow><mi>N</mi><mo>&#x02212;</mo><mi>&#x003B2;</mi></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x0007C;</mo></mrow><mo>&#x0003E;</mo><mi>T</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mn>2</mn></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mi>T</mi><mo>&#x027FA;</mo><mi>N</mi><msub><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0003D;</mo><mi>&#x003BA;</mi><msubsup><mi>w</mi><mrow><mn>2</mn></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>&#x003BA;</mi><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><msubsup><mi>w</mi><mrow><mn>2</mn></mrow><mrow><mo>&#x0002A;</mo></mrow></msubsup><mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo><mo>&#x0003C;</mo><mi>T</mi><mspace width=\"0.167em\" /><mi>N</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>T</mi><mo>&#x0003D;</mo><msqrt><mrow><mfrac><mrow><mn>2</mn><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac></mrow></msqrt></mrow></math>"},
    "R7.tl1": {"title": "Stable limits for transformed l1: at most one entry off its upper branch; the spikes as roots of degree 8", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mtext>&#x000A0;is&#x000A0;stable</mtext><mo>&#x027F9;</mo><msub><mi>D</mi><mrow><mn>2</mn></mrow></msub><mo>&#x0003E;</mo><mn>0</mn><mo>;</mo><mspace width=\"1em\" /><msub><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mn>2</mn></msub><mo>&#x0003D;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><msub><mi>x</mi><mrow><mi>j</mi></mrow></msub><mo>&#x0003D;</mo><mi>&#x003B2;</mi><mi>U</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mtext>&#x000A0;is&#x000A0;stable</mtext><mo>&#x027FA;</mo><mi>N</mi><mo>&#x0003E;</mo><mn>0</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>U</mi><mtext>&#x000A0;is&#x000A0;a&#x000A0;rising&#x000A0;root&#x000A0;in&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><mo>max</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mn>0</mn><mo>&#x0002C;</mo><msqrt><mrow><mn>2</mn><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo></mrow></msqrt><mo>&#x02212;</mo><mi>a</mi><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mo>&#x0221E;</mo><mo stretchy=\"false\">&#x00029;</mo><mtext>&#x000A0;of&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00028;</mo><mn>1</mn><mo>&#x02212;</mo><mo stretchy=\"false\">&#x00028;</mo><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0002B;</mo><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mi>U</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00029;</mo><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mi>&#x003C1;</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mn>1</mn><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0002B;</mo><mi>U</mi><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mi>U</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo>&#x02212;</mo><mo stretchy=\"false\">&#x00028;</mo><mi>a</mi><mo>&#x0002B;</mo><mi>U</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>4</mn></mrow></msup><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mi>U</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo>&#x0003D;</mo><mn>0</mn><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003B2;</mi><mi>U</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi><mi>&#x003C3;</mi><msubsup><mi>w</mi><mi>j</mi><mo>&#x0002A;</mo></msubsup></mrow><mrow><msub><mi>x</mi><mrow><mi>j</mi></mrow></msub></mrow></mfrac></mrow></math>"},
    "R3": {"title": "Fixed points of the step, and their tangential balance", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><msup><mi>w</mi><mo>&#x0002B;</mo></msup><mo>&#x0003D;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mo>&#x0003D;</mo><mi>&#x003B2;</mi><mrow><mo stretchy=\"false\">&#x027E8;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0002C;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo stretchy=\"false\">&#x027E9;</mo></mrow><mo>&#x0002B;</mo><mi>&#x003BA;</mi><mspace width=\"0.167em\" /><mi>cos</mi><mrow><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover></mrow><mo>&#x027FA;</mo><mi>N</mi><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0003D;</mo><mi>&#x003B2;</mi><mrow><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover></mrow><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msup><mi>w</mi><mo>&#x0002A;</mo></msup><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mi>&#x003C4;</mi><mo>&#x0002B;</mo><mn>1</mn><mo>&#x0003E;</mo><mn>0</mn><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0003D;</mo><mi>&#x003B2;</mi><mrow><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover></mrow><mo>&#x0002B;</mo><mi>&#x003BA;</mi><msup><mi>w</mi><mo>&#x0002A;</mo></msup><mo>&#x027F9;</mo><mi>sin</mi><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003B2;</mi><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mi>P</mi><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo></mrow></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003B2;</mi><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mi>sin</mi><mo stretchy=\"false\">&#x00028;</mo><mo>&#x02220;</mo><mo stretchy=\"false\">&#x00028;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0002C;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo stretchy=\"false\">&#x00029;</mo><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mfrac><mrow><mi>&#x003B2;</mi><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mi>P</mi><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo></mrow></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac><mo>&#x02264;</mo><mfrac><mrow><mi>&#x003B2;</mi><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02212;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mo>&#x02212;</mo><mi>&#x003BA;</mi><mo>&#x02264;</mo><mi>N</mi><mo>&#x02264;</mo><mi>&#x003B2;</mi><mo>&#x0002B;</mo><mi>&#x003BA;</mi></mrow></math>"},
    "R5": {"title": "How far the limit is from w*: by the displacement of its entries", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>sin</mi><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02264;</mo><mfrac><mrow><mi>&#x003B2;</mi><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02212;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo></mrow></mrow><mrow><mi>&#x003BA;</mi></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><msup><mi>sin</mi><mrow><mn>2</mn></mrow></msup><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0003D;</mo><mfrac><mrow><msup><mi>&#x003B2;</mi><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00028;</mo><msup><mrow><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02212;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo></mrow><mrow><mn>2</mn></mrow></msup><mo>&#x02212;</mo><mo stretchy=\"false\">&#x00028;</mo><mn>1</mn><mo>&#x02212;</mo><mrow><mo stretchy=\"false\">&#x027E8;</mo><mover><mi>u</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x0002C;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo stretchy=\"false\">&#x027E9;</mo></mrow><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup><mo stretchy=\"false\">&#x00029;</mo></mrow><mrow><msup><mi>&#x003BA;</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mover><mi>w</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02212;</mo><msup><mi>w</mi><mo>&#x0002A;</mo></msup><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x0003D;</mo><mn>2</mn><mspace width=\"0.167em\" /><mi>sin</mi><mspace width=\"0.167em\" /><mfrac><mrow><mrow><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover></mrow></mrow><mrow><mn>2</mn></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><mi>N</mi><mo>&#x02265;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mi>cos</mi><mover><mi>&#x003B8;</mi><mo stretchy=\"true\">&#x000AF;</mo></mover><mo>&#x02265;</mo><mfrac><mrow><mi>&#x003BA;</mi></mrow><mrow><mi>N</mi></mrow></mfrac></mrow></math>"},
    "R6.radius": {"title": "How far y is from κw*, over the whole sphere", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>&#x003B2;</mi><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mi>w</mi><mo>&#x02212;</mo><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>w</mi><mo stretchy=\"false\">&#x00029;</mo><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x02264;</mo><mo>min</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mi>&#x003B2;</mi><mi>&#x003B4;</mi><msqrt><mrow><mi>n</mi></mrow></msqrt><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mi>&#x003B4;</mi><mo>&#x0003D;</mo><mfrac><mrow><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac><mo>&#x027F9;</mo><mi>&#x003B2;</mi><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mi>w</mi><mo>&#x02212;</mo><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>w</mi><mo stretchy=\"false\">&#x00029;</mo><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x02264;</mo><mi>&#x003BB;</mi><msqrt><mrow><mi>n</mi></mrow></msqrt><mo>;</mo><mspace width=\"1em\" /><mi>&#x003B4;</mi><mo>&#x0003D;</mo><msqrt><mrow><mfrac><mrow><mn>2</mn><mi>&#x003BB;</mi></mrow><mrow><mi>&#x003B2;</mi></mrow></mfrac></mrow></msqrt><mo>&#x027F9;</mo><mi>&#x003B2;</mi><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mi>w</mi><mo>&#x02212;</mo><mi>S</mi><mo stretchy=\"false\">&#x00028;</mo><mi>w</mi><mo stretchy=\"false\">&#x00029;</mo><mo fence=\"false\" stretchy=\"false\">&#x02016;</mo><mo>&#x02264;</mo><msqrt><mrow><mn>2</mn><mi>n</mi><mi>&#x003B2;</mi><mi>&#x003BB;</mi></mrow></msqrt></mrow></math>"},
    "R6.probability": {"title": "Probability that a uniformly random start lies in the basin", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mi>ℙ</mi><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B8;</mi><mo>&#x0003C;</mo><mi>&#x003C0;</mi><mo>&#x02212;</mo><msub><mi>&#x003B1;</mi><mn>0</mn></msub><mo stretchy=\"false\">&#x00029;</mo><mo>&#x0003D;</mo><mn>1</mn><mo>&#x02212;</mo><mfrac><mrow><msub><mo>I</mo><mrow><mo stretchy=\"false\">&#x00028;</mo><mn>0</mn><mo>&#x0002C;</mo><msup><mi>sin</mi><mrow><mn>2</mn></mrow></msup><msub><mi>&#x003B1;</mi><mn>0</mn></msub><mo stretchy=\"false\">&#x00029;</mo></mrow></msub><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><mi>n</mi><mo>&#x02212;</mo><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac><mo>&#x0002C;</mo><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow></mrow><mrow><mn>2</mn></mrow></mfrac></mrow></math>"},
    "R7.astroid": {"title": "Least β at which a spike exists", "mathml": "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mrow><mn>0</mn><mo>&#x0003C;</mo><mfrac><mrow><mi>&#x003B2;</mi><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow></mfrac><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>;</mo><mspace width=\"1em\" /><mfrac><mrow><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mfrac><mrow><mi>&#x003B2;</mi><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo stretchy=\"false\">&#x00028;</mo><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow><mrow><msup><mi>&#x003B2;</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0003D;</mo><mfrac><mrow><msubsup><mi>&#x003B2;</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>&#x003B2;</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mfrac><mrow><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x02265;</mo><mfrac><mrow><msubsup><mi>&#x003B2;</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>&#x003B2;</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>&#x027F9;</mo><mrow><mo stretchy=\"true\" fence=\"true\" form=\"prefix\">&#x00028;</mo><mfrac><mrow><mn>2</mn><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>3</mn></mrow></msup></mrow></mfrac><mo>&#x02212;</mo><mfrac><mrow><mn>2</mn><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>N</mi><mrow><mn>3</mn></mrow></msup></mrow></mfrac><mo>&#x0003E;</mo><mn>0</mn><mo>&#x027FA;</mo><mi>N</mi><mo>&#x0003E;</mo><mfrac><mrow><mi>&#x003B2;</mi><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow></mfrac><mo stretchy=\"true\" fence=\"true\" form=\"postfix\">&#x00029;</mo></mrow><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mfrac><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x02264;</mo><mn>1</mn><mo>&#x027F9;</mo><mi>&#x003B2;</mi><mo>&#x0003E;</mo><msub><mi>A</mi><mi>j</mi></msub><mo>;</mo><mspace width=\"1em\" /><mn>0</mn><mo>&#x0003C;</mo><mi>N</mi><mo>&#x0003C;</mo><mi>&#x003B2;</mi><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mfrac><mrow><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x02264;</mo><mn>1</mn><mo>&#x027F9;</mo><mi>&#x003B2;</mi><mo>&#x0003E;</mo><msub><mi>B</mi><mi>j</mi></msub><mo>;</mo><mspace width=\"1em\" /><mi>&#x003B2;</mi><mo>&#x0003E;</mo><msub><mi>&#x003B2;</mi><mi>j</mi></msub><mo>&#x027F9;</mo><mi>N</mi><mtext>&#x000A0;is&#x000A0;the&#x000A0;only&#x000A0;root&#x000A0;in&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><mn>0</mn><mo>&#x0002C;</mo><mfrac><mrow><mi>&#x003B2;</mi><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow></mfrac><mo stretchy=\"false\">&#x00029;</mo><mtext>&#x000A0;of&#x000A0;</mtext><mfrac><mrow><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0003D;</mo><mn>1</mn><mo>&#x0002C;</mo><mtext>&#x000A0;</mtext><mi>N</mi><mtext>&#x000A0;is&#x000A0;the&#x000A0;only&#x000A0;root&#x000A0;in&#x000A0;</mtext><mo stretchy=\"false\">&#x00028;</mo><mfrac><mrow><mi>&#x003B2;</mi><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup></mrow></mfrac><mo>&#x0002C;</mo><mi>&#x003B2;</mi><mo stretchy=\"false\">&#x00029;</mo><mtext>&#x000A0;of&#x000A0;</mtext><mn>1</mn><mo>&#x0003D;</mo><mfrac><mrow><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><mo stretchy=\"false\">&#x00028;</mo><mi>&#x003B2;</mi><mo>&#x02212;</mo><mi>N</mi><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>&#x0002B;</mo><mfrac><mrow><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn></mrow></msubsup></mrow><mrow><msup><mi>N</mi><mrow><mn>2</mn></mrow></msup></mrow></mfrac><mo>;</mo><mspace width=\"1em\" /><msub><mi>&#x003B2;</mi><mi>j</mi></msub><mo>&#x0003D;</mo><mo stretchy=\"false\">&#x00028;</mo><msubsup><mi>A</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><mo>&#x0002B;</mo><msubsup><mi>B</mi><mi>j</mi><mrow><mn>2</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>3</mn></mrow></msubsup><msup><mo stretchy=\"false\">&#x00029;</mo><mrow><mn>3</mn><mo lspace=\"0\" rspace=\"0\">/</mo><mn>2</mn></mrow></msup></mrow></math>"},
  },
};
