using Spectre.Console;

namespace CloudOptimizedDicom.Cli.Rendering;

/// <summary>How far long work is: a bar on a terminal, nothing where output is redirected.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs work that reports how many steps and bytes it has done; reports may come from any thread.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <param name="isWanted">Whether to show anything.</param>
    /// <param name="work">The work, given what to call after steps, with their number and bytes.</param>
    public static Task RunAsync(string title, int steps, bool isWanted, Func<Action<int, long>, Task> work) => RunAsync(title, isWanted, (expect, done) =>
    {
        expect(steps);
        return work(done);
    });

    /// <summary>Runs work that finds out how many steps there are while it is at it.</summary>
    /// <param name="title">What is being done.</param>
    /// <param name="isWanted">Whether to show anything.</param>
    /// <param name="work">The work, given what to call when more steps are to be done, and after steps, with their number and bytes.</param>
    public static Task RunAsync(string title, bool isWanted, Func<Action<int>, Action<int, long>, Task> work) =>
        isWanted && !Console.IsErrorRedirected
            ? Terminal.Errors.Progress().AutoClear(true).StartAsync(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                long bytes = 0;
                int steps = 0;
                return work(
                    more => task.MaxValue = Math.Max(1, Interlocked.Add(ref steps, more)),
                    (done, doneBytes) =>
                    {
                        task.Increment(done);
                        task.Description = Markup.Escape($"{title}, {Interlocked.Add(ref bytes, doneBytes) / 1e6:N1} MB");
                    });
            })
            : work(static _ => { }, static (_, _) => { });
}
