using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Mingjian.Engine.Store;
using Mingjian.Server;
using Mingjian.Storage.Sql;
using Mingjian.Vault;

// What an operator can mend is said in a line of its own and ends with 2, which supervisors leave alone; a full disk ends with 1, so that they try again.
try
{
    await using var app = MingjianServer.Build(args);
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (IOException fault) when (fault.InnerException is AddressInUseException)
{
    return await RefuseAsync($"{fault.Message} Choose another port: ./run --port N");
}
catch (StoreFullException fault)
{
    await Console.Error.WriteLineAsync($"mingjian: {fault.Message} Make space; nothing that was acknowledged is lost.");
    return 1;
}
catch (Exception fault) when (fault is SchemaVersionException or VaultException or StoreCorruptException or StoreInUseException or OptionsValidationException or InvalidDataException)
{
    return await RefuseAsync(fault.Message);
}

static async Task<int> RefuseAsync(string message)
{
    await Console.Error.WriteLineAsync($"mingjian: {message}");
    return 2;
}
