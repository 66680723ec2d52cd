using System.Globalization;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

// Usage: CrashHost <directory> <first payment number>
// Opens the ledger there, joins a person, then deposits as fast as it can from several writers, and prints each payment number
// as soon as, and only when, its act is final. Runs until it is killed.
var directory = args[0];
var next = int.Parse(args[1], CultureInfo.InvariantCulture);
var ledger = LedgerFixture.Open(directory);
using var person = new Person(next);
await ledger.Do(person, person.Join);
await Console.Out.WriteLineAsync("ready");
await Console.Out.FlushAsync();

var gate = new Lock();
var writers = Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
{
    while (true)
    {
        var number = Interlocked.Increment(ref next);
        await ledger.Do(person, new Deposit(Person.Payment(number), new MemberId((UInt128)(uint)(number % 1000)), new Amount(number)));
        Acknowledge(number);
    }
}));
await Task.WhenAll(writers);

void Acknowledge(int number)
{
    lock (gate)
    {
        Console.Out.WriteLine(number.ToString(CultureInfo.InvariantCulture));
        Console.Out.Flush();
    }
}
