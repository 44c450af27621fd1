/**
 * The bus between I/O APICs and local APICs: it carries interrupt messages one way and ends of interrupt the other.
 *
 * Reference: SDM vol. 3A, 11.6 (issuing interprocessor interrupts), 11.6.2 (destinations), 11.8.5 (EOI).
 * Arguments are plain numbers, so that a message allocates nothing.
 */

/** Delivery modes: bits 10..8 of an ICR, an LVT entry or a redirection entry. */
export const DELIVERY = { fixed: 0, lowestPriority: 1, smi: 2, nmi: 4, init: 5, startUp: 6, extInt: 7 } as const;

/** A destination that means every local APIC, in any mode. */
export const BROADCAST = -1;

/** A local APIC as the bus sees it. */
export interface ApicAgent {
  isAddressed(destination: number, logical: boolean): boolean;
  /** The class of what it works on: lowest-priority messages go to the least busy. */
  arbitrationPriority(): number;
  /** False when the message is refused (a fixed interrupt for an APIC that is switched off by software). */
  accept(deliveryMode: number, vector: number, levelTriggered: boolean): boolean;
}

export class ApicBus {
  readonly #agents: ApicAgent[] = [];
  readonly #endOfInterruptSinks: ((vector: number) => void)[] = [];

  attachLocal(agent: ApicAgent): void {
    this.#agents.push(agent);
  }

  /** An I/O APIC that wants to hear of ends of level-triggered interrupts. */
  attachIo(endOfInterrupt: (vector: number) => void): void {
    this.#endOfInterruptSinks.push(endOfInterrupt);
  }

  /** True when at least one local APIC took the message. */
  send(destination: number, logical: boolean, deliveryMode: number, vector: number, levelTriggered: boolean): boolean {
    let accepted = false;
    let leastBusy: ApicAgent | undefined;
    for (const agent of this.#agents) {
      if (destination !== BROADCAST && !agent.isAddressed(destination, logical)) continue;
      if (deliveryMode !== DELIVERY.lowestPriority) accepted = agent.accept(deliveryMode, vector, levelTriggered) || accepted;
      else if (leastBusy === undefined || agent.arbitrationPriority() < leastBusy.arbitrationPriority()) leastBusy = agent;
    }
    return leastBusy?.accept(DELIVERY.fixed, vector, levelTriggered) ?? accepted;
  }

  /** The shorthand "all excluding self". */
  sendToOthers(sender: ApicAgent, deliveryMode: number, vector: number, levelTriggered: boolean): void {
    for (const agent of this.#agents) if (agent !== sender) agent.accept(deliveryMode, vector, levelTriggered);
  }

  broadcastEndOfInterrupt(vector: number): void {
    for (const sink of this.#endOfInterruptSinks) sink(vector);
  }
}
