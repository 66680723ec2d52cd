using System.Collections.Frozen;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;

namespace Mingjian.Server.Demo;

/// <summary>Signs commands with the demo's keys and submits them like everybody else's.</summary>
internal sealed class DemoActs(FinalLedger ledger, ContractSet contracts, TimeProvider clock)
{
    private readonly FrozenDictionary<Type, MessageType> _commands =
        contracts.Contracts.SelectMany(c => c.Commands).ToFrozenDictionary(m => m.Type);

    /// <summary>Whether the ledger's present protocol has a command; staged roll-outs begin with an older one.</summary>
    public bool Carries(Type command) => _commands[command].IsIn(ledger.Protocol);

    /// <summary>Submits and waits for each; throws when one is refused, because the demo is then broken.</summary>
    public Task SubmitAsync(ISigner signer, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken) =>
        SubmitAsync([signer], commands, cancellationToken);

    /// <summary>The same with several signatures.</summary>
    public async Task SubmitAsync(IReadOnlyList<ISigner> signers, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken)
    {
        if (commands.Count == 0)
        {
            return;
        }

        var expires = LedgerTime.From(clock.GetUtcNow() + TimeSpan.FromHours(1));
        var payloads = commands.Select(command =>
        {
            var message = _commands[command.GetType()];
            return TransactionPayload.Encode(
                message.Name, command, message.Json, ledger.Network, expires, LedgerId.New<Nonce>(), signers[0].Key.Id);
        }).ToArray();
        var pending = ledger.Submit([.. SigningRequest.For(payloads).SignWith(signers).Select(e => new SubmittedAct(e.Encode()))]);
        for (var i = 0; i < pending.Count; i++)
        {
            if ((await pending[i].WaitAsync(cancellationToken)).Refusal is { } refusal)
            {
                throw new InvalidOperationException($"The demo's {commands[i].GetType().Name} was refused: {refusal.Code} {refusal.Name}.");
            }
        }
    }
}
