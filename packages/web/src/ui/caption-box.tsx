/** A caption to type or speak; Enter submits the form. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { canListen, listen } from '../speech.ts';
import { Icon } from './icons.tsx';

interface CaptionBoxProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  /** Called after a spoken caption is complete. */
  readonly onSaid: () => void;
}

export function CaptionBox({ id, label, value, onInput, onSaid }: CaptionBoxProps) {
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault(); // a caption is one line; the box grows only to show long captions
    event.currentTarget.form!.requestSubmit();
  };
  return (
    <div class="caption">
      <label for={id}>{label}</label>
      <div class="caption-box">
        <textarea
          id={id}
          rows={1}
          maxLength={1000}
          required
          enterkeyhint="go"
          autocapitalize="none"
          spellcheck
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {canListen() && <SpeechButton onText={onInput} onSaid={onSaid} />}
      </div>
    </div>
  );
}

function SpeechButton({ onText, onSaid }: { onText: (text: string) => void; onSaid: () => void }) {
  const [listening, setListening] = useState(false);
  const [problem, setProblem] = useState<string>();
  const stop = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => stop.current?.(), []);
  const begin = () => {
    let said = false;
    setListening(true);
    setProblem(undefined);
    stop.current = listen({
      onText(text, final) {
        onText(text);
        said = final;
      },
      onEnd(wrong) {
        setListening(false);
        setProblem(wrong);
        if (said) onSaid();
      },
    });
  };
  return (
    <>
      <button
        type="button"
        class="icon-button speech"
        aria-pressed={listening}
        aria-label="Say the caption"
        title={listening ? 'Listening: say a caption' : 'Say the caption'}
        onClick={() => (listening ? stop.current?.() : begin())}
      >
        <Icon name="microphone" />
      </button>
      <p class="speech-problem" role="status">
        {problem}
      </p>
    </>
  );
}
