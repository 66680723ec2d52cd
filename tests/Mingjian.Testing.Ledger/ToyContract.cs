using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Testing.Ledger;

/// <summary>A contract of the smallest kind that still has keys, money, refusals and a record that every act touches.</summary>
public sealed class ToyContract : IContract, IKeyDirectory
{
    public static readonly StateTable<ToyKey> Keys = new("toy/key/", ToyJson.Of<ToyKey>());
    public static readonly StateTable<ToyAccount> Accounts = new("toy/account/", ToyJson.Of<ToyAccount>());
    public static readonly StateTable<ToyTotal> Totals = new("toy/total/", ToyJson.Of<ToyTotal>());

    public static readonly Amount MostDeposited = new(20);

    public string Name => "toy";

    /// <summary>The second has <see cref="Sweep"/> and not <see cref="Mint"/>, and refuses a deposit of more than <see cref="MostDeposited"/>.</summary>
    public int Protocol => 2;

    public IReadOnlyList<MessageType> Commands { get; } =
    [
        new("toy.Join", typeof(Join), ToyJson.Of<Join>()),
        new("toy.Leave", typeof(Leave), ToyJson.Of<Leave>()),
        new("toy.Deposit", typeof(Deposit), ToyJson.Of<Deposit>()),
        new("toy.Transfer", typeof(Transfer), ToyJson.Of<Transfer>()),
        new("toy.Explode", typeof(Explode), ToyJson.Of<Explode>()),
        new("toy.Swell", typeof(Swell), ToyJson.Of<Swell>()),
        new("toy.Sweep", typeof(Sweep), ToyJson.Of<Sweep>(), Since: 2),
        new("toy.Mint", typeof(Mint), ToyJson.Of<Mint>(), Until: 1),
    ];

    public IReadOnlyList<MessageType> Events { get; } =
    [
        new("toy.Joined", typeof(Joined), ToyJson.Of<Joined>()),
        new("toy.Left", typeof(Left), ToyJson.Of<Left>()),
        new("toy.Deposited", typeof(Deposited), ToyJson.Of<Deposited>()),
        new("toy.Transferred", typeof(Transferred), ToyJson.Of<Transferred>()),
        new("toy.Swollen", typeof(Swollen), ToyJson.Of<Swollen>()),
        new("toy.Swept", typeof(Swept), ToyJson.Of<Swept>(), Since: 2),
        new("toy.Minted", typeof(Minted), ToyJson.Of<Minted>()),
    ];

    public Decision Decide(IStateReader state, ICommand command, DecisionContext context) => command switch
    {
        Join join => Decision.Accept(new Joined(join.Member, join.Key)),
        Leave leave => Decision.Accept(new Left(leave.Key)),
        Deposit deposit when deposit.Amount <= Amount.Zero => Decision.Reject("toy", ToyRejection.NotPositive),
        Deposit deposit when context.Protocol >= 2 && deposit.Amount > MostDeposited => Decision.Reject("toy", ToyRejection.TooMuch),
        Deposit deposit => Decision.Accept(new Deposited(deposit.Payment, deposit.Account, deposit.Amount)),
        Transfer transfer when (state.Get(Accounts.Key(transfer.From))?.Balance ?? Amount.Zero) < transfer.Amount =>
            Decision.Reject("toy", ToyRejection.NotEnough),
        Transfer transfer => Decision.Accept(new Transferred(transfer.From, transfer.To, transfer.Amount)),
        Mint mint when context.Protocol == 1 => Decision.Accept(new Minted(mint.Account)),
        Sweep sweep => Decision.Accept(new Swept(sweep.Account)),
        Swell swell => Decision.Accept(new Swollen(swell.Payments, swell.Payments)),
        _ => throw new InvalidOperationException("A bug in the toy."),
    };

    public void Apply(IStateReader state, IEvent happened, DecisionContext context, IStateWriter writes)
    {
        switch (happened)
        {
            case Joined joined:
                writes.Put(Keys.Key(joined.Key.Id), new ToyKey(joined.Member, joined.Key));
                break;
            case Left left:
                writes.Remove(Keys.Key(left.Key));
                break;
            case Deposited deposited:
                Change(state, writes, deposited.Account, deposited.Amount);
                var total = state.Get(Totals.Key("all")) ?? new ToyTotal(0, Amount.Zero);
                writes.Put(Totals.Key("all"), new ToyTotal(total.Deposits + 1, total.Sum + deposited.Amount));
                break;
            case Minted minted:
                Change(state, writes, minted.Account, new Amount(1));
                break;
            case Swept swept:
                writes.Remove(Accounts.Key(swept.Account));
                break;
            case Transferred transferred when transferred.From != transferred.To:
                Change(state, writes, transferred.From, -transferred.Amount);
                Change(state, writes, transferred.To, transferred.Amount);
                break;
        }
    }

    public Actor? Find(IStateReader state, KeyId key) =>
        state.Get(Keys.Key(key)) is { } bound ? new Actor(key, bound.Key, bound.Member) : null;

    /// <summary>Anybody joins alone.</summary>
    public bool MayFound(IStateReader state, ICommand command) => command is Join;

    private static void Change(IStateReader state, IStateWriter writes, MemberId account, Amount by)
    {
        var key = Accounts.Key(account);
        var balance = (state.Get(key)?.Balance ?? Amount.Zero) + by;
        if (balance == Amount.Zero)
        {
            writes.Remove(key);
        }
        else
        {
            writes.Put(key, new ToyAccount(balance));
        }
    }
}

public sealed record ToyKey(MemberId Member, PublicKeyValue Key);

public sealed record ToyAccount(Amount Balance);

public sealed record ToyTotal(long Deposits, Amount Sum);

public enum ToyRejection
{
    NotPositive = 1001,
    NotEnough = 1002,
    TooMuch = 1003,
}

public abstract record ToyCommand : ICommand;

/// <summary>Binds the key that signs it.</summary>
public sealed record Join(MemberId Member, PublicKeyValue Key) : ToyCommand, IIntroducesKey;

public sealed record Leave(KeyId Key) : ToyCommand;

public sealed record Deposit(PaymentId Payment, MemberId Account, Amount Amount) : ToyCommand;

public sealed record Transfer(MemberId From, MemberId To, Amount Amount) : ToyCommand;

/// <summary>Makes the contract throw.</summary>
public sealed record Explode(PaymentId Payment) : ToyCommand;

/// <summary>Its event is twice as large as itself.</summary>
public sealed record Swell(IReadOnlyList<PaymentId> Payments) : ToyCommand;

/// <summary>Empties an account; in the second protocol alone.</summary>
public sealed record Sweep(MemberId Account) : ToyCommand;

/// <summary>Gives an account one fen; in the first protocol alone.</summary>
public sealed record Mint(MemberId Account) : ToyCommand;

public abstract record ToyEvent : IEvent;

public sealed record Joined(MemberId Member, PublicKeyValue Key) : ToyEvent;

public sealed record Left(KeyId Key) : ToyEvent;

public sealed record Deposited(PaymentId Payment, MemberId Account, Amount Amount) : ToyEvent;

public sealed record Transferred(MemberId From, MemberId To, Amount Amount) : ToyEvent;

public sealed record Swept(MemberId Account) : ToyEvent;

public sealed record Minted(MemberId Account) : ToyEvent;

public sealed record Swollen(IReadOnlyList<PaymentId> First, IReadOnlyList<PaymentId> Second) : ToyEvent;

[JsonSerializable(typeof(Join))]
[JsonSerializable(typeof(Leave))]
[JsonSerializable(typeof(Deposit))]
[JsonSerializable(typeof(Transfer))]
[JsonSerializable(typeof(Explode))]
[JsonSerializable(typeof(Swell))]
[JsonSerializable(typeof(Sweep))]
[JsonSerializable(typeof(Mint))]
[JsonSerializable(typeof(Joined))]
[JsonSerializable(typeof(Left))]
[JsonSerializable(typeof(Deposited))]
[JsonSerializable(typeof(Transferred))]
[JsonSerializable(typeof(Minted))]
[JsonSerializable(typeof(Swollen))]
[JsonSerializable(typeof(Swept))]
[JsonSerializable(typeof(ToyKey))]
[JsonSerializable(typeof(ToyAccount))]
[JsonSerializable(typeof(ToyTotal))]
internal sealed partial class ToyJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Canonical = CanonicalJson.CreateOptions(new ToyJson());

    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Canonical.GetTypeInfo(typeof(T));
}
